"""`voiceagent trigger event TYPE`: Event Grid delivers something."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, EmulatorUrl, OfProject
from voiceagent_cli.typed import object_of


def command(
    ctx: Context,
    kind: Annotated[str, Argument(metavar="TYPE", help="Such as CallEnded or RecordingFileStatusUpdated.", show_default=False)],
    subject: Annotated[str, Option(metavar="TEXT", help="The subject of the event.")] = "",
    content: Annotated[
        str, Option("--data", metavar="JSON", parser=object_of, help="The data of the event.", show_default=False)
    ] = "{}",
    directory: OfProject = Path(),
    url: EmulatorUrl = "",
    json: AsJson = False,
) -> None:
    """Publish an event of the emulated resource to everybody who is subscribed to it."""
    from voiceagent_cli import triggering

    triggering.event(triggering.address(directory, url), kind, subject, content, ctx.obj, as_json=json)
