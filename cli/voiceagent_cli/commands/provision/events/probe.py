"""`voiceagent provision events probe URL`: what Azure would meet there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from typer import Argument, Context

from voiceagent_cli.exits import FAILED, Ended
from voiceagent_cli.options import AsJson, OfProject


def command(
    ctx: Context,
    url: Annotated[str, Argument(metavar="URL", help="Public https address of a bridge.", show_default=False)],
    directory: OfProject = Path(),
    json: AsJson = False,
) -> None:
    """Ask the bridge at URL what Event Grid and the telephony service would ask it: 1 when they could not use it."""
    from voiceagent.local.project import settings_of
    from voiceagent.tunnels.probe import probe

    secret = str.__str__(settings_of(directory).settings.acs.event_secret)
    found = asyncio.run(probe(url, secret=secret))
    terminal = ctx.obj
    if json:
        terminal.record(
            {
                "url": found.url,
                "ok": found.ok,
                "handshake": found.handshake,
                "media": found.media,
                "round_trip_ms": found.round_trip_ms,
                "sentence": found.sentence,
                "remedy": found.remedy,
            }
        )
    elif found.ok:
        terminal.result(f"{found.url}: handshake {found.handshake}, media {found.media}, {found.round_trip_ms:.0f} ms")
    else:
        terminal.complain(found.sentence, found.remedy)
    if not found.ok:
        raise Ended(FAILED)
