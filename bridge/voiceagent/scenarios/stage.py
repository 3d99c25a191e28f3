"""Where scenarios are played: the emulators and a bridge of the agent's, and one call after the other through them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError
from voiceagent.local.bridge import bridge
from voiceagent.local.calling import Called, place
from voiceagent.local.emulators import Emulators, emulators
from voiceagent.local.need import Leg, needed
from voiceagent.local.phone import Phone
from voiceagent.local.project import settings_of
from voiceagent.scenarios.judge import Verdict, judge
from voiceagent.scenarios.load import Case
from voiceagent.scenarios.persona import Impersonation, chat_of
from voiceagent.scenarios.plan import order_of
from voiceagent.scenarios.results import Run
from voiceagent.scenarios.timeline import timeline
from voiceagent.trust import authorities

if TYPE_CHECKING:
    from voiceagent.local.running import Running

Show = Callable[[Mapping[str, Any]], None]
INTERRUPTED = "interrupted"
"""The error of a run that Ctrl-C ended."""


@asynccontextmanager
async def house(
    project: Path, *, say: Callable[[str], None], leg: Leg = "acs", found: Show | None = None
) -> AsyncIterator[Emulators]:
    """The emulators that the project's settings call for: the phone in any case, the engine if it is not Azure's.

    `found` hears what their linter finds about the agent's bridge.
    """
    which = needed(settings_of(project).settings, phone=True, leg=leg)
    say("Starting the emulators ...")
    async with emulators(which, project=project, told=found) as running:
        yield running


@asynccontextmanager
async def stage(project: Path, overrides: Mapping[str, Any], house: Emulators, leg: Leg = "acs") -> AsyncIterator[Stage]:
    """A bridge with these settings over the project's own, while the block runs. One at a time in a house."""
    flags = {**overrides, "bridge.port": 0}
    async with bridge(project, flags=flags, phone=True, leg=leg, beside=house) as served:
        yield Stage(served.running, leg)


@dataclass(frozen=True, slots=True)
class Stage:
    """A bridge that is ready for calls. Several scenarios may be played at once. They come over `leg`."""

    running: Running
    leg: Leg = "acs"

    async def play(self, case: Case, *, stop: asyncio.Event, keep_sound: bool = False) -> Run:
        """Play and judge a scenario once. What fails on the way becomes the run's error."""
        began = time.monotonic()
        notes: list[Mapping[str, Any]] = []
        actor = _actor(case)
        try:
            called = await self._call(case, notes, actor, stop)
            sound = await self._sound(called) if keep_sound and self.leg == "acs" else None  # Twilio's ear keeps none
        except (RemoteError, ExceptionGroup) as failure:
            return Run((), None, seconds=time.monotonic() - began, error=_sentence(failure))
        seconds = time.monotonic() - began
        if called.cut == INTERRUPTED or (actor is not None and actor.failure):
            error = INTERRUPTED if actor is None or not actor.failure else f"the simulated caller failed: {actor.failure}"
            return Run((), called.report, seconds=seconds, error=error)
        return judged(case, called, notes, seconds, sound)

    async def _call(
        self, case: Case, notes: list[Mapping[str, Any]], actor: Impersonation | None, stop: asyncio.Event
    ) -> Called:
        def show(note: Mapping[str, Any]) -> None:
            notes.append(note)
            if actor is not None:
                actor.note(note)

        limit = case.scenario.limit_seconds
        beside = actor.play if actor is not None else None
        order = order_of(case)
        return await place(self.running, order, limit_seconds=limit, show=show, stop=stop, beside=beside, leg=self.leg)

    async def _sound(self, called: Called) -> bytes:
        import httpx

        async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
            return await Phone(http, self.running.emulator_url).sound(called.report["ear"]["call_id"])


def judged(case: Case, called: Called, notes: Sequence[Mapping[str, Any]], seconds: float, sound: bytes | None) -> Run:
    """The verdicts on a call that took place."""
    happened = timeline(called.report, notes, called.diary)
    verdicts = judge(case.scenario, happened)
    if called.cut:
        limit = f"the call ends within {case.scenario.limit_seconds:g} s"
        verdicts.append(Verdict(limit, False, f"it was {called.cut}; the caller hung up"))
    return Run(tuple(verdicts), called.report, happened, seconds, sound=sound)


def _actor(case: Case) -> Impersonation | None:
    persona = case.scenario.persona
    if persona is None:
        return None
    return Impersonation(persona, chat_of(persona, settings_of(case.project).settings.thinker, where=str(case.path)))


def _sentence(error: Exception) -> str:
    """What went wrong in a group of tasks, if it was a service; anything else is a bug and goes on."""
    first = error
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    if not isinstance(first, RemoteError):
        raise error
    return str(first)
