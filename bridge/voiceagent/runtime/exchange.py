"""The engine sessions of one call: the one that answers, and one that is opened to take its place.

Each has a line of its own, and only the present one is heard: what a session says after its successor took over changes
nothing. The change is one synchronous step, so no frame of the caller finds neither.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine, EngineListener
from voiceagent.runtime.splice import AudioLane

OpenEngine = Callable[[c.EngineSetup, EngineListener], Awaitable[Engine]]
"""Connects and configures; raises RemoteError."""


class _Line:
    """What one session says. Only the present line reaches the call; of a spare one it matters that it is ready, or gone."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.engine: Engine | None = None
        self.ready: e.EngineReady | None = None

    def deliver(self, event: e.Event) -> None:
        if isinstance(event, e.EngineReady):
            self.ready = event = self._exchange.with_lifetime(event)
        if self._exchange.present is self:
            self._exchange.caller.deliver(event)
        elif isinstance(event, e.EngineLost):
            self._exchange.spare_lost(self, event)

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        if self._exchange.present is self:
            self._exchange.caller.reply_audio(reply_id, item_id, payload)


class Exchange:
    """See the module. `caller` is the call: it gets the events and the audio. `wall` tells Unix time in seconds."""

    def __init__(self, caller: EngineListener, lane: AudioLane, wall: Callable[[], float] = time.time) -> None:
        self.caller = caller
        self.present = _Line(self)
        self._spare: _Line | None = None
        self._lane = lane
        self._wall = wall
        self._kept: list[c.EngineCommand] | None = []
        """Commands given before the first session was there; None from then on."""
        self._closing: list[Engine] = []
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Frames of the caller that an engine did not take, of all sessions that answered."""
        return self._dropped + (self.present.engine.dropped if self.present.engine is not None else 0)

    def with_lifetime(self, event: e.EngineReady) -> e.EngineReady:
        """An engine tells the end of its session by the calendar; the call only knows how much time is left."""
        if event.expires_at is None:
            return event
        return replace(event, expires_in_ms=max(0.0, (event.expires_at - self._wall()) * 1000))

    async def serve(self, open_engine: OpenEngine, setup: c.EngineSetup) -> None:
        """Open the first session, and pass on what it says until its connection ends."""
        line = self.present
        try:
            engine = await open_engine(setup, line)
        except RemoteError as error:
            self._kept = None  # whoever comes next is told the whole history
            line.deliver(_not_opened(error))
            return
        line.engine = engine
        for command in self._kept or ():
            engine.obey(command)
        self._kept = None
        if line.ready is not None:
            self._lane.attach_engine(engine)
        await engine.run()

    async def serve_spare(self, open_engine: OpenEngine, command: c.OpenSpareEngine) -> None:
        """Open a further session; the call decides when it takes over."""
        if not command.beside:
            self.forsake()
        line = self._spare = _Line(self)
        try:
            engine = await open_engine(command.setup, line)
        except RemoteError as error:
            self.spare_lost(line, _not_opened(error))
            return
        line.engine = engine
        if self._spare is line and line.ready is not None:
            self.caller.deliver(e.SpareReady(line.ready.session_id, line.ready.model, line.ready.expires_in_ms))
        await engine.run()

    def spare_lost(self, line: _Line, event: e.EngineLost) -> None:
        """A session is gone before it took over. Its connection may still stand: one is given up for what it says, too."""
        if self._spare is line:
            self._spare = None
            if line.engine is not None:
                self._closing.append(line.engine)
            self.caller.deliver(e.SpareFailed(event.reason, event.code, event.retry_after_ms))

    def heard_ready(self) -> None:
        """The call knows that the first session is ready: it may hear the caller."""
        if self.present.engine is not None:
            self._lane.attach_engine(self.present.engine)

    def forsake(self) -> None:
        """The present session is no good any more: what the caller says is kept for the next."""
        self._lane.detach_engine()
        if self.present.engine is not None:
            self._closing.append(self.present.engine)
            self._dropped += self.present.engine.dropped
            self.present = _Line(self)

    def switch(self) -> None:
        """The spare session is the present one from here on; it hears nothing before `replay_caller`."""
        if self._spare is not None:
            self.forsake()
            self.present, self._spare = self._spare, None

    def replay_caller(self, ms: float) -> None:
        """The new session hears again what matters of the caller, and everything from now on."""
        if self.present.engine is not None:
            self._lane.attach_engine(self.present.engine, again_ms=ms)

    def obey(self, command: c.EngineCommand) -> None:
        """A command for the engine. While there is none it is not kept: the next one is told the whole history."""
        if self.present.engine is not None:
            self.present.engine.obey(command)
        elif self._kept is not None:
            self._kept.append(command)

    async def close_former(self) -> None:
        """Say goodbye to sessions that have been followed by others."""
        while self._closing:
            await self._closing.pop().close()

    async def close(self) -> None:
        """Say goodbye to all of them."""
        await self.close_former()
        for line in (self.present, self._spare):
            if line is not None and line.engine is not None:
                await line.engine.close()


_PASSES = {408, 425, 429}
"""What a service answers that may be well the next time; so may whatever it calls its own fault, 500 and more."""

_PASSING_CODES = ("server_error", "rate_limit", "too_many", "unavailable", "timeout")


def _not_opened(error: RemoteError) -> e.EngineLost:
    after = None if error.retry_after_seconds is None else error.retry_after_seconds * 1000
    return e.EngineLost(in_words(error), error.status, _is_lasting(error), after)


def _is_lasting(error: RemoteError) -> bool:
    if error.status is not None:
        return 400 <= error.status < 500 and error.status not in _PASSES
    return bool(error.code) and not any(word in error.code for word in _PASSING_CODES)


def in_words(error: RemoteError) -> str:
    """A refusal and what to do about it, as one sentence."""
    return f"{error}; {error.remedy}" if error.remedy else str(error)
