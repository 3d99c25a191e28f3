"""A call without telephone and network: the session, the tools and the captures of a phone call, and a leg on this machine.

It differs from a phone call in who answers (nobody has to be asked) and in who carries out what concerns the telephone.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from voiceagent.agent.project import AgentProject
from voiceagent.call.commands import CallBeganNoted, Command
from voiceagent.call.events import CallerLeft, CallerWrote, Event, KeyPressed
from voiceagent.call.session import Session
from voiceagent.call.settings import SessionSettings
from voiceagent.control.local import Human, LocalControl
from voiceagent.discreet import PhoneNumber, Words
from voiceagent.ports import CallerLeg, Clock
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.runtime.runner import CallEnd, CallRunner, CallSession
from voiceagent.runtime.ticker import Ticker
from voiceagent.server.observers import Observers
from voiceagent.server.served import OpenEngineFor

LOCAL = PhoneNumber("local")
"""Who talks here has no number."""


class LocalLeg(CallerLeg, Protocol):
    """A leg that is told when the call was answered."""

    def begin(self) -> None:
        """From here on the caller is heard."""
        ...


MakeLeg = Callable[[CallRunner, int], LocalLeg]
"""The leg of this call, at this rate."""


class Talk:
    """One such call. Make it inside the loop and await `run` once; the rest is what the caller may do meanwhile."""

    def __init__(
        self,
        project: AgentProject,
        *,
        observers: Observers,
        open_engine: OpenEngineFor,
        engine_name: str,
        make_leg: MakeLeg,
        human: Human = "answer",
        in_writing: bool = False,
        patient: bool = False,
        clock: Clock | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.call_id = secrets.token_hex(8)
        settings = session_settings(project, in_writing=in_writing, patient=patient)
        playback = observers.account(self.call_id)
        session = Session(settings, playback)
        self._floor = Floor(observers.witness(self.call_id, session, settings), lambda: session.callers_turn)
        self._project = project
        self._open_engine = open_engine
        self._ticker = Ticker()
        self._control = LocalControl(human=human)
        self.runner = CallRunner(
            call_id=self.call_id,
            session=self._floor,
            playback=playback,
            rate=settings.setup.sample_rate,
            ahead_ms=project.settings.bridge.playback_ahead_ms,
            clock=clock or MonotonicClock(),
            ticker=self._ticker,
            control=self._control,
            tools=project.toolset,
            tool_context={"call_id": self.call_id, "correlation_id": self.call_id, "caller": LOCAL, "called": LOCAL},
            sinks=observers.sinks,
            taps=observers.taps,
            began=CallBeganNoted(project.settings.agent.name, engine_name, self.call_id, LOCAL, LOCAL, wall()),
        )
        self._control.deliver = self.runner.deliver
        self.leg = make_leg(self.runner, settings.setup.sample_rate)

    async def run(self) -> CallEnd:
        """From the first ring, which nobody hears, to the last closed connection."""
        try:
            return await self.runner.run(
                answer=self._answer,
                open_engine=lambda setup, listener: self._open_engine(
                    self._project, setup, listener, self.runner.wire("engine")
                ),
            )
        finally:
            self._ticker.close()
            self._floor.over()

    async def _answer(self) -> None:
        self.leg.begin()
        self.runner.attach_leg(self.leg)
        self._control.connected()

    # --- what the caller does

    def write(self, text: str) -> None:
        """Say this in writing."""
        self.runner.deliver(CallerWrote(Words(text)))

    def press(self, key: str) -> None:
        """Press a key of the telephone that is not there."""
        self.runner.deliver(KeyPressed(key))

    def hang_up(self) -> None:
        """Leave."""
        self.runner.deliver(CallerLeft("hung up"))

    async def callers_turn(self) -> bool:
        """Wait until the agent has said all it has to say; False when the call is over."""
        return await self._floor.mine()

    async def answered(self, within_seconds: float) -> bool:
        """Like `callers_turn`, right after the caller said something that the engine may not have noticed yet.

        When it notices nothing for so long (a cough, silence), nothing will be answered.
        """
        try:
            async with asyncio.timeout(within_seconds):
                await self._floor.taken()
        except TimeoutError:
            pass
        return await self._floor.mine()


class Floor:
    """A session that tells whose turn it is; to its runner it is the session."""

    def __init__(self, session: CallSession, callers_turn: Callable[[], bool]) -> None:
        self._session = session
        self._callers_turn = callers_turn
        self._free = asyncio.Event()
        self._busy = asyncio.Event()
        self._over = False

    def start(self, now: float) -> list[Command]:
        return self._session.start(now)

    def handle(self, event: Event, now: float) -> list[Command]:
        commands = self._session.handle(event, now)
        free = self._callers_turn()
        for state, holds in ((self._free, free), (self._busy, not free)):
            if holds:
                state.set()
            else:
                state.clear()
        return commands

    def deadline(self) -> float | None:
        return self._session.deadline()

    def over(self) -> None:
        """The call has ended: nobody waits any longer."""
        self._over = True
        self._free.set()
        self._busy.set()

    async def mine(self) -> bool:
        """Wait for the caller's turn; False when the call is over."""
        await self._free.wait()
        return not self._over

    async def taken(self) -> None:
        """Wait until it is not the caller's turn: the caller speaks, or the agent does."""
        await self._busy.wait()


def session_settings(project: AgentProject, *, in_writing: bool = False, patient: bool = False) -> SessionSettings:
    """What the session decides by. Who writes wants text back; with `patient` silence never ends the call."""
    settings = project.session_settings()
    if in_writing:
        setup = replace(settings.setup, options={**settings.setup.options, "modalities": ["text"]})
        settings = replace(settings, setup=setup, in_writing=True)
    return replace(settings, silence_after_ms=None) if patient else settings
