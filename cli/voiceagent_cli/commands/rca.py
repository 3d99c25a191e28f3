"""`voiceagent rca [CALL]`: why a call did not come, was silent, or ended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, OfProject


def command(
    ctx: Context,
    call: Annotated[
        str | None,
        Argument(
            metavar="[CALL]",
            help="Its id, the beginning of it, `last`, or a capture file; none: why no call came.",
            show_default=False,
        ),
    ] = None,
    directory: OfProject = Path(),
    local_only: Annotated[bool, Option("--local-only", help="Without CALL: ask nobody beyond this machine.")] = False,
    json: AsJson = False,
) -> None:
    """Tell why a call did not come, was silent, or ended: from its capture, by fixed rules, with the evidence.

    Without CALL: why no call came, from the bridge's journal and the doctor's checks of the way from the number to the bridge.

    Exit code 0 when a cause was found, 1 when the records tell none, 2 when there is no such call.
    """
    from voiceagent_cli.exits import FAILED, Ended
    from voiceagent_cli.explaining import explain_call, explain_silence, show

    verdict = explain_call(directory, call) if call else explain_silence(directory, local_only=local_only)
    show(verdict, ctx.obj, as_json=json)
    if verdict["cause"]["code"] in ("unknown", "nothing_announced"):
        raise Ended(FAILED)
