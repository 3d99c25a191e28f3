"""A call of the agent's on the screen: who may be called, the call as it happens, and an exit code that tells how it went."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent_cli import calling, conversation, exits, summary
from voiceagent_cli.misspelt import warn_of_names
from voiceagent_cli.steps import script

if TYPE_CHECKING:
    from voiceagent.local.dialling import Placed
    from voiceagent_cli.signals import Stop
    from voiceagent_cli.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Plan:
    """`callee` describes who answers on an emulated network; `described`: the user said so, and there are `doubts`."""

    to: str
    key: str
    callee: Mapping[str, Any]
    described: bool
    doubts: tuple[str, ...] = ()


def plan_of(to: str, *, yes: bool, key: str, human: str, typed: Iterable[tuple[str, str]]) -> Plan:
    """What was typed. UserError for a number without a yes: it is easily mistyped, and somebody's phone rings."""
    from voiceagent.errors import UserError

    if to.startswith("+") and not yes:
        raise UserError(f"{to} is a telephone: the call costs money, and a person picks up.", remedy="--yes calls it")
    doubts: list[str] = []
    steps = script(typed, doubts.append)
    number = {"number": to} if to.startswith("+") else {}
    callee = {**number, "human": human, "steps": steps, "hang_up_after": True}
    return Plan(to, key or secrets.token_hex(8), callee, bool(steps) or human != "answer", tuple(doubts))


async def dial(directory: Path, plan: Plan, limit_seconds: float, terminal: Terminal, stop: Stop) -> Placed:
    """Through the bridge that serves the project now, or through one of its own."""
    from voiceagent.errors import UserError
    from voiceagent.local.bridge import bridge
    from voiceagent.local.dialling import dial
    from voiceagent.local.need import needed, sentence
    from voiceagent.local.project import settings_of
    from voiceagent.local.running import started

    loaded = settings_of(directory)
    warn_of_names(loaded.environment, terminal)
    for doubt in plan.doubts:
        terminal.warn(doubt)

    def show(note: Mapping[str, Any]) -> None:
        if line := conversation.line(note):
            terminal.say(line)

    async with AsyncExitStack() as stack:
        with stop.before_it_begins():
            running = await started(directory)
        if running is None:
            emulated = needed(loaded.settings) in ("all", "acs")
            terminal.log("warning")
            with stop.before_it_begins():
                flags = {"bridge.port": 0} if emulated else {}
                own = await stack.enter_async_context(bridge(directory, flags=flags, say=terminal.soft))
            terminal.soft(sentence(own.emulated, phone=own.running.emulator_url))
            running = own.running
        else:
            terminal.soft(f"Using the bridge on port {running.port}.")
        if plan.described and not running.emulator_url:
            raise UserError(
                "What the callee does can be said of an emulated one only; this bridge calls real telephones.",
                remedy="leave --say, --wav, --dtmf, --silence and --human away",
            )
        wish = {"to": plan.to, "key": plan.key}
        return await dial(running, wish, callee=plan.callee, limit_seconds=limit_seconds, show=show, stop=stop)


def tell(placed: Placed, terminal: Terminal, *, as_json: bool, project: Path) -> None:
    """The report; ends the command when nobody was reached."""
    if as_json:
        terminal.record(placed.report)
    else:
        terminal.say()
        if placed.repeated:
            terminal.warn("this key was used before: nobody was called again, and this is the report of then")
        for name, value in summary.facts(placed.report, project):
            terminal.result(f"{name:<11} {value}")
    if placed.cut == "interrupted":
        raise exits.Ended(exits.INTERRUPTED)
    if placed.cut:
        terminal.complain(f"The call took {placed.cut}; it goes on.", "--timeout SECONDS waits longer")
        raise exits.Ended(exits.FAILED)
    if placed.report["outcome"] not in calling.WENT_WELL:
        verdict = exits.judge_call(placed.report)
        terminal.complain(verdict.sentence, verdict.remedy)
        raise exits.Ended(verdict.code)
