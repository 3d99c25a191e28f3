"""The dev phone on the screen: the call as it happens, then its report, then an exit code that tells whether it went well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent_cli import conversation, exits, summary
from voiceagent_cli.misspelt import warn_of_names
from voiceagent_cli.steps import script

if TYPE_CHECKING:
    from voiceagent.local.calling import Called
    from voiceagent.local.need import Leg
    from voiceagent_cli.signals import Stop
    from voiceagent_cli.terminal import Terminal

WENT_WELL = ("completed", "transferred")


OUR_NUMBER = "+14255550199"


def number_of_agent(directory: Path) -> str:
    """The number at which the project's agent is reached; one of our own where it has none."""
    from voiceagent.local.project import settings_of

    return next(iter(settings_of(directory).settings.agent.numbers), OUR_NUMBER)


def script_of(typed: Iterable[tuple[str, str]], terminal: Terminal) -> list[dict[str, Any]]:
    """The caller's steps; without any the caller listens to the greeting and hangs up, which is worth a hint."""
    steps = script(typed, terminal.warn)
    if not steps:
        terminal.say('Nothing to say: listening to the greeting, then hanging up. Try --say "Hello".')
        return [{"silence": 500}]
    return steps


async def call(
    directory: Path, plan: Mapping[str, Any], limit_seconds: float, terminal: Terminal, stop: Stop, leg: Leg = "acs"
) -> Called:
    """Place the call through the bridge that serves the project now, or through one of its own."""
    from voiceagent.local.bridge import bridge
    from voiceagent.local.calling import place
    from voiceagent.local.need import sentence
    from voiceagent.local.project import settings_of
    from voiceagent.local.running import is_starting, read_note, started

    warn_of_names(settings_of(directory).environment, terminal)

    def show(note: Mapping[str, Any]) -> None:
        if line := conversation.line(note):
            terminal.say(line)

    with stop.before_it_begins():
        if is_starting(directory) and read_note(directory) is None:
            terminal.soft("The bridge that serves this project is still starting; waiting for it ...")
        running = await started(directory)
    if running and (running.twilio_url if leg == "twilio" else running.emulator_url):
        terminal.soft(f"Using the bridge on port {running.port}.")
        return await place(running, plan, limit_seconds=limit_seconds, show=show, stop=stop, leg=leg)
    terminal.log("warning")  # one call is its own news
    async with AsyncExitStack() as stack:
        with stop.before_it_begins():
            flags = {"bridge.port": 0}
            own = await stack.enter_async_context(bridge(directory, flags=flags, phone=True, leg=leg, say=terminal.soft))
        terminal.soft(sentence(own.emulated, phone=own.running.emulator_url))
        return await place(own.running, plan, limit_seconds=limit_seconds, show=show, stop=stop, leg=leg)


def tell(called: Called, terminal: Terminal, *, as_json: bool, project: Path = Path()) -> None:
    """The report; ends the command when the call did not go well."""
    if as_json:
        terminal.record(called.report)
    else:
        terminal.say()
        for name, value in summary.facts(called.report, project):
            terminal.result(f"{name:<11} {value}")
    if called.cut == "interrupted":
        raise exits.Ended(exits.INTERRUPTED)
    if called.cut:
        terminal.complain(f"The call took {called.cut}; the caller hung up.", "--timeout SECONDS for a longer call")
        raise exits.Ended(exits.FAILED)
    if called.report["outcome"] not in WENT_WELL:
        verdict = exits.judge_call(called.report)
        terminal.complain(verdict.sentence, verdict.remedy)
        raise exits.Ended(verdict.code)
