"""`voiceagent provision status`: what is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.provisioning import Url

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.status import Standing


def command(ctx: Context, directory: Project = Path(), url: Url = "", json: AsJson = False) -> None:
    """Show everything the settings want in Azure: whether it is there, whether it is as it should be, and what we made."""
    from voiceagent.cloud.spoken import spoken
    from voiceagent.cloud.status import status
    from voiceagent_cli.provisioning import at_site

    async def work(site: Site) -> tuple[list[Standing], tuple[str, ...]]:
        return await status(site)

    lines, notes = at_site(directory, work, url=url)
    terminal = ctx.obj
    if json:
        terminal.record({"resources": [line.facts() for line in lines], "notes": list(notes)})
        return
    rows = [(line.state, spoken(line.kind), line.name, line.detail, "ours" if line.ours else "") for line in lines]
    terminal.table(("state", "what", "name", "detail", "whose"), rows)
    for note in notes:
        terminal.say(note)
