"""`voiceagent provision destroy`: what `apply` made goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import Context

from voiceagent_cli.options import AsJson, Project, Yes
from voiceagent_cli.provisioning import DryRun

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.plan import Plan
    from voiceagent_cli.terminal import Terminal


def command(
    ctx: Context,
    directory: Project = Path(),
    yes: Yes = False,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Remove what `provision apply` made, and nothing else: subscriptions, number, resources, lines of .env.

    A number that is released may never be had again, and recordings go with their container.
    """
    from voiceagent_cli.provisioning import at_site

    terminal = ctx.obj

    async def work(site: Site) -> dict[str, Any]:
        return await _destroy(site, terminal, yes=yes, dry_run=dry_run, as_json=json)

    facts = at_site(directory, work)
    if json:
        terminal.record(facts)


async def _destroy(site: Site, terminal: Terminal, *, yes: bool, dry_run: bool, as_json: bool) -> dict[str, Any]:
    from voiceagent.cloud.remove import plan_removal, remove
    from voiceagent_cli.provisioning import carry_out

    plan = await plan_removal(site)
    done = await carry_out(
        terminal,
        plan,
        lambda tell: remove(site, plan, tell),
        question=_question(plan),
        yes=yes,
        dry_run=dry_run,
        as_json=as_json,
    )
    if not as_json and not dry_run:
        terminal.result(f"{len(done)} removed." if done else "There is nothing that we made.")
    return {**plan.facts(), "done": done}


def _question(plan: Plan) -> str:
    numbers = [step.resource.at.get("exactly") or "of ours" for step in plan.changes if step.resource.kind == "number"]
    lost = f" The number {numbers[0]} is lost." if numbers else ""
    return f"Remove these {len(plan.changes)}?{lost}"
