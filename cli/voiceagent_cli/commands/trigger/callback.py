"""`voiceagent trigger callback TYPE`: Call Automation tells the app something, true or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, EmulatorUrl, OfProject
from voiceagent_cli.typed import object_of


def command(
    ctx: Context,
    kind: Annotated[str, Argument(metavar="TYPE", help="Such as PlayFailed or CallDisconnected.", show_default=False)],
    call: Annotated[str, Option(metavar="ID", help="The call's id at the emulator; without it the newest one.")] = "",
    content: Annotated[
        str, Option("--data", metavar="JSON", parser=object_of, help="Members of the callback's data.", show_default=False)
    ] = "{}",
    directory: OfProject = Path(),
    url: EmulatorUrl = "",
    json: AsJson = False,
) -> None:
    """Send a callback of any type into a call of the running emulators, signed as all of them are."""
    from voiceagent_cli import triggering

    triggering.callback(triggering.address(directory, url), kind, call, content, ctx.obj, as_json=json)
