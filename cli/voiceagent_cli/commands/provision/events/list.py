"""`voiceagent provision events list`: where Azure announces calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from voiceagent_cli.options import AsJson, Project

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.subscribed import Subscribed


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """List the event subscriptions of the Communication Services resource, ours and others: what, whose calls, and where to."""
    from voiceagent.cloud.subscribed import list_subscribed
    from voiceagent_cli.provisioning import at_site

    async def work(site: Site) -> list[Subscribed]:
        return await list_subscribed(site.azure)

    found = at_site(directory, work)
    terminal = ctx.obj
    if json:
        terminal.record({"subscriptions": [one.facts() for one in found]})
        return
    rows = [
        (one.name, one.state, ", ".join(one.types), ", ".join(one.numbers) or "all", one.target, "ours" * one.is_ours)
        for one in found
    ]
    terminal.table(("name", "state", "events", "numbers", "to", "whose"), rows)
