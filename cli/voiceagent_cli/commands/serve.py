"""`voiceagent serve [DIR]`: the bridge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project


def command(
    ctx: Context,
    directory: Project = Path(),
    port: Annotated[int | None, Option(metavar="PORT", help="Port of the public edge; 0: any free one.")] = None,
    host: Annotated[str | None, Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    public_url: Annotated[str | None, Option(metavar="URL", help="https address under which Azure reaches us.")] = None,
    max_calls: Annotated[int | None, Option(metavar="N", help="Calls at once; a further caller gets busy.")] = None,
    json: AsJson = False,
) -> None:
    """Answer calls until interrupted: Azure's, or an emulated phone's when there are no Azure settings.

    Ctrl-C lets the calls that are under way end and then ends with 0; a second Ctrl-C cuts them short and ends with 130.
    With --json: one line when ready, then one line per event.
    """
    from voiceagent_cli.serving import serve
    from voiceagent_cli.signals import run

    flags = {
        "bridge.port": port,
        "bridge.host": host,
        "bridge.public_url": public_url,
        "limits.max_calls": max_calls,
    }
    run(lambda stop: serve(directory, flags, ctx.obj, stop, as_json=json))
