"""`voiceagent provision apply`: from an empty subscription to a number that rings."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from typer import Context

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.provisioning import AreaCode, Country, DryRun, Type, Url, YesAndPay

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.plan import Plan
    from voiceagent_cli.terminal import Terminal


def command(
    ctx: Context,
    directory: Project = Path(),
    url: Url = "",
    country: Country = None,
    kind: Type = None,
    area_code: AreaCode = None,
    yes: YesAndPay = False,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Make what the settings want in Azure and is not there, after showing the plan and what it costs.

    Run again after an interruption it goes on where it stopped: nothing is made or bought twice. What the bridge must know is
    written into the project's .env.
    """
    from voiceagent_cli.provisioning import at_site, wish

    terminal = ctx.obj

    async def work(site: Site) -> dict[str, Any]:
        return await _apply(site, terminal, yes=yes, dry_run=dry_run, as_json=json)

    facts = at_site(directory, work, url=url, flags=wish(country, kind, area_code=area_code))
    if json:
        terminal.record(facts)


async def _apply(site: Site, terminal: Terminal, *, yes: bool, dry_run: bool, as_json: bool) -> dict[str, Any]:
    from voiceagent.cloud.make import apply, make_plan
    from voiceagent.cloud.spoken import counted
    from voiceagent_cli.changing import NOTHING
    from voiceagent_cli.provisioning import carry_out

    planned = await make_plan(site)
    done = await carry_out(
        terminal,
        planned.plan,
        lambda tell: apply(site, planned, tell),
        question=_question(planned.plan),
        yes=yes,
        dry_run=dry_run,
        as_json=as_json,
    )
    if not as_json and not dry_run:
        terminal.result(f"{counted(len(done))} made." if done else NOTHING)
        terminal.say(f"Next: voiceagent serve {quote(str(site.project))}; with a tunnel it has the calls announced to itself.")
    return {**planned.plan.facts(), "done": done}


def _question(plan: Plan) -> str:
    from voiceagent.cloud.spoken import counted

    count = counted(len(plan.changes))
    if not plan.costs:
        return f"Make these {count}?"
    return f"Make these {count}, and pay {'; '.join(cost.words() for cost in plan.costs)}?"
