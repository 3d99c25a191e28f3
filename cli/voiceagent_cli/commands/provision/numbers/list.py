"""`voiceagent provision numbers list`: the numbers of the resource."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from voiceagent_cli.options import AsJson, Project

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.numbers import Owned


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """List the numbers of the Communication Services resource."""
    from voiceagent.cloud.numbers import list_owned
    from voiceagent_cli.provisioning import at_site

    async def work(site: Site) -> list[Owned]:
        return await list_owned(site)

    found = at_site(directory, work)
    terminal = ctx.obj
    if json:
        terminal.record({"numbers": [one.facts() for one in found]})
        return
    rows = [
        (one.number, one.country, one.type, one.calling, one.sms, one.cost.words() if one.cost else "", "ours" * one.is_ours)
        for one in found
    ]
    terminal.table(("number", "country", "type", "calls", "text messages", "price", ""), rows)
