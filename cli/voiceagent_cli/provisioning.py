"""Provisioning on the screen: where it works, the plan as a table, what it costs, and a question before anything is changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from typer import Option

from voiceagent.errors import UserError
from voiceagent_cli.changing import must_agree, show_changes
from voiceagent_cli.deploying import must_be_installed

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site
    from voiceagent.cloud.plan import Plan, Step
    from voiceagent.cloud.resource import Cost
    from voiceagent_cli.terminal import Terminal

Result = TypeVar("Result")

Url = Annotated[str, Option("--url", metavar="URL", help="Public https address of the bridge; without it bridge.public_url.")]
Country = Annotated[str | None, Option("--country", metavar="XX", help="Country of the number, two letters.")]
Type = Annotated[str | None, Option("--type", metavar="<geographic|tollFree|mobile>", help="Kind of number.")]
Calling = Annotated[
    str | None, Option("--calling", metavar="<inbound|outbound|inbound+outbound|none>", help="Calls it must take or place.")
]
Sms = Annotated[
    str | None, Option("--sms", metavar="<inbound|outbound|inbound+outbound|none>", help="Text messages it must take or send.")
]
AreaCode = Annotated[str | None, Option("--area-code", metavar="CODE", help="Its area code, such as 206.")]
YesAndPay = Annotated[bool, Option("--yes", help="Do not ask; what the plan costs is agreed to.")]
DryRun = Annotated[bool, Option("--dry-run", help="Print the requests that would be sent, and send none.")]


def wish(
    country: str | None = None,
    type_: str | None = None,
    calling: str | None = None,
    sms: str | None = None,
    area_code: str | None = None,
) -> dict[str, Any]:
    """What is wished of a number, as flags of the settings."""
    given = {"country": country and country.upper(), "type": type_, "calling": calling, "sms": sms, "area_code": area_code}
    return {f"cloud.number.{name}": value for name, value in given.items()}


def at_site(
    directory: Path,
    work: Callable[[Site], Coroutine[Any, Any, Result]],
    *,
    url: str = "",
    flags: Mapping[str, Any] | None = None,
) -> Result:
    """Carry out `work` where the project's settings say. UserError when what talks to Azure is not installed."""
    must_be_installed("azure.mgmt.communication")
    from voiceagent.cloud.azure import open_azure
    from voiceagent.cloud.make import Site
    from voiceagent.local.project import settings_of
    from voiceagent.tunnels.probe import probe

    settings = settings_of(directory, flags=flags).settings
    _must_be_an_address(url)

    async def opened() -> Result:
        async with open_azure(settings) as azure:
            return await work(Site(azure, directory, probe, url=url.rstrip("/")))

    return asyncio.run(opened())


def _must_be_an_address(url: str) -> None:
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise UserError(f"--url is {url}; Azure needs https", remedy="give the https address of a tunnel or an ingress")


async def carry_out(
    terminal: Terminal,
    plan: Plan,
    work: Callable[[Callable[[Step], None]], Awaitable[object]],
    *,
    question: str,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> list[str]:
    """Show a plan, ask, and have `work` do it, which tells each step that is done; returns the keys of these.

    With `dry_run` the requests are shown instead, and nothing is done. Ends the command when the answer is no.
    """
    if dry_run:
        if not as_json:
            show_requests(terminal, plan)
        return []
    with terminal.on_the_side():
        show_plan(terminal, plan)
    if plan.changes:
        must_agree(terminal, question, yes=yes)
    from voiceagent.cloud.spoken import nth

    done: list[str] = []

    def tell(step: Step) -> None:
        done.append(step.resource.key)
        terminal.say(nth(len(done), len(plan.changes), step.resource.kind, step.resource.name))

    await work(tell)
    return done


def show_plan(terminal: Terminal, plan: Plan) -> None:
    """The steps as a table, then what they cost and what else is to be known."""
    show_changes(terminal, [(step.action, step.resource.kind, step.resource.name, _why(step)) for step in plan.steps])
    tell_costs(terminal, plan.costs)
    for note in plan.notes:
        terminal.say(note)


def tell_costs(terminal: Terminal, costs: Sequence[Cost]) -> None:
    for cost in costs:
        source = " (list price; the service's own is asked before anything is bought)" if cost.is_list_price else ""
        terminal.say(f"This costs {cost.words()}{source}.")


def _why(step: Step) -> str:
    cost = step.resource.cost
    return step.why if step.action != "create" or cost is None else f"{step.why}; {cost.words()}"


def show_requests(terminal: Terminal, plan: Plan) -> None:
    """Each request that would change Azure, as it would be sent."""
    for step in plan.changes:
        facts = step.facts()["request"]
        if facts is None:
            continue
        if "file" in facts:
            names = ", ".join(facts["names"])
            terminal.result(f"write {facts['file']}: {names}" if names else f"remove our lines from {facts['file']}")
            continue
        terminal.result(f"{facts['method']} {facts['path']}")
        if facts["body"] is not None:
            terminal.result(json.dumps(facts["body"], indent=2, ensure_ascii=False))
