"""`voiceagent provision apply`: from an empty subscription to a number that rings."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.provisioning import AreaCode, Country, Type, Url, Yes

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.plan import Plan, Step
    from voiceagent_cli.terminal import Terminal


def command(
    ctx: Context,
    directory: Project = Path(),
    url: Url = "",
    country: Country = None,
    kind: Type = None,
    area_code: AreaCode = None,
    yes: Yes = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the requests that would be sent, and send none.")] = False,
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
    from voiceagent_cli.provisioning import must_agree, show_plan, show_requests

    planned = await make_plan(site)
    plan, done = planned.plan, list[str]()
    if dry_run:
        if not as_json:
            show_requests(terminal, plan)
        return {**plan.facts(), "done": done}
    with terminal.on_the_side():
        show_plan(terminal, plan)
    if plan.changes:
        must_agree(terminal, _question(plan), yes=yes)

    def tell(step: Step) -> None:
        done.append(step.resource.key)
        terminal.say(f"[{len(done)}/{len(plan.changes)}] {step.resource.kind} {step.resource.name}")

    await apply(site, planned, tell)
    if not as_json:
        terminal.result(f"{len(done)} changes made." if done else "Nothing to do.")
        terminal.say(f"Next: voiceagent serve {quote(str(site.project))}; with a tunnel it has the calls announced to itself.")
    return {**plan.facts(), "done": done}


def _question(plan: Plan) -> str:
    if not plan.costs:
        return f"Make these {len(plan.changes)} changes?"
    return f"Make these {len(plan.changes)} changes, and pay {'; '.join(cost.words() for cost in plan.costs)}?"
