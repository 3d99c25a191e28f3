"""`rca` on the screen: the phases, the cause with its evidence, what to do, and what else was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal

WIDTH = 16
JOURNAL_SECONDS = 24 * 3600.0


def explain_call(directory: Path, call: str) -> dict[str, Any]:
    """What the records of a call tell; `call` may be the service's correlation id too. UserError when there is no capture."""
    from voiceagent.local.captured import shelf_of
    from voiceagent.rca.rules import explain
    from voiceagent.rca.story import story_of
    from voiceagent_cli.past import report_of

    shelf = shelf_of(directory)
    try:
        reader = shelf.open(call)
    except UserError as error:
        try:
            reader = shelf.open(report_of(directory, call)["call_id"])
        except UserError:
            raise error from None
    return explain(story_of(reader.header, reader)).json()


def explain_silence(directory: Path, *, local_only: bool) -> dict[str, Any]:
    """Why no call came."""
    return asyncio.run(_silence(directory, local_only=local_only))


async def _silence(directory: Path, *, local_only: bool) -> dict[str, Any]:
    from voiceagent.doctor.catalogue import CHECKS
    from voiceagent.doctor.check import examine
    from voiceagent.doctor.surroundings import Surroundings
    from voiceagent.observe.journal import journal_path, read_journal
    from voiceagent.rca.silence import ON_THE_WAY, why_no_call
    from voiceagent_cli.checkup import settings_or_error
    from voiceagent_cli.past import calls_of

    settings = settings_or_error(directory)
    async with Surroundings(directory, settings, local_only=local_only) as around:
        checked = await examine([check for check in CHECKS if check.name in ON_THE_WAY], around)
        journal = read_journal(directory, since=around.wall() - JOURNAL_SECONDS)
    calls = [] if isinstance(settings, UserError) else calls_of(directory)
    cause, others = why_no_call(checked, journal, ran=journal_path(directory).exists(), last=calls[0] if calls else None)
    return {
        "call_id": None,
        "correlation_id": None,
        "phases": [],
        "cause": cause.json(),
        "others": [other.json() for other in others],
    }


def show(verdict: Mapping[str, Any], terminal: Terminal, *, as_json: bool) -> None:
    """The verdict, for people or for programs."""
    if as_json:
        terminal.record(verdict)
        return
    if verdict["call_id"]:
        terminal.result(f"{'call':<{WIDTH}} {verdict['call_id']}")
        terminal.result(f"{'correlation id':<{WIDTH}} {verdict['correlation_id'] or 'none'}")
    for phase in verdict["phases"]:
        at = "" if phase["at_ms"] is None else f"{phase['at_ms'] / 1000:9.3f} s"
        terminal.result(f"{phase['name']:<{WIDTH}} {at or phase['status'].replace('_', ' '):>11}")
    terminal.result("")
    _one(verdict["cause"], terminal)
    for other in verdict["others"]:
        terminal.result("")
        terminal.result(f"also: {other['sentence']} ({other['code']})")


def _one(cause: Mapping[str, Any], terminal: Terminal) -> None:
    terminal.result(f"{cause['sentence']} ({cause['code']}).")
    for fact in cause["evidence"]:
        terminal.result(f"  {_moment(fact['at_ms']):>11}  {fact['text']}")
    if cause["remedy"]:
        terminal.result(f"What to do: {cause['remedy']}")


def _moment(at_ms: float) -> str:
    """Milliseconds of the call; a time of day for what happened beside any."""
    if at_ms > 1e11:
        return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S")
    return f"{at_ms / 1000:.3f} s" if at_ms else ""
