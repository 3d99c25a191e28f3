"""`voiceagent provision plan`: what `apply` would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.provisioning import AreaCode, Country, Type, Url

if TYPE_CHECKING:
    from voiceagent.cloud.make import Planned, Site


def command(
    ctx: Context,
    directory: Project = Path(),
    url: Url = "",
    country: Country = None,
    kind: Type = None,
    area_code: AreaCode = None,
    json: AsJson = False,
) -> None:
    """Show what `provision apply` would do: each step, what it costs, and the request that would be sent. Changes nothing."""
    from voiceagent.cloud.make import make_plan
    from voiceagent.cloud.spoken import counted
    from voiceagent_cli.changing import NOTHING
    from voiceagent_cli.provisioning import at_site, show_plan, wish

    async def work(site: Site) -> Planned:
        return await make_plan(site)

    plan = at_site(directory, work, url=url, flags=wish(country, kind, area_code=area_code)).plan
    terminal = ctx.obj
    if json:
        terminal.record(plan.facts())
        return
    show_plan(terminal, plan)
    count = len(plan.changes)
    terminal.say(
        f"{counted(count)}. `voiceagent provision apply` makes {'it' if count == 1 else 'them'}." if count else NOTHING
    )
