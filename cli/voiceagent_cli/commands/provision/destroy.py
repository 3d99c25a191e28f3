"""`voiceagent provision destroy`: what `apply` made goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.plan import Step
    from voiceagent_cli.terminal import Terminal


def command(
    ctx: Context,
    directory: Project = Path(),
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the requests that would be sent, and send none.")] = False,
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
    from voiceagent_cli.provisioning import must_agree, show_plan, show_requests

    plan, done = await plan_removal(site), list[str]()
    if dry_run:
        if not as_json:
            show_requests(terminal, plan)
        return {**plan.facts(), "done": done}
    with terminal.on_the_side():
        show_plan(terminal, plan)
    if plan.changes:
        numbers = [step.resource.at.get("exactly") or "of ours" for step in plan.changes if step.resource.kind == "number"]
        lost = f" The number {numbers[0]} is lost." if numbers else ""
        must_agree(terminal, f"Remove these {len(plan.changes)}?{lost}", yes=yes)

    def tell(step: Step) -> None:
        done.append(step.resource.key)
        terminal.say(f"[{len(done)}/{len(plan.changes)}] {step.resource.kind} {step.resource.name}")

    await remove(site, plan, tell)
    if not as_json:
        terminal.result(f"{len(done)} removed." if done else "There is nothing that we made.")
    return {**plan.facts(), "done": done}
