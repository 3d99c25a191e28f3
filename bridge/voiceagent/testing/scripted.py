"""An engine that says what a script tells it: for tests of everything around an engine.

A script maps a command's class to what the engine answers: events for the session, or `Audio` for the lane.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from voiceagent.call.commands import ConfigureEngine, EngineCommand, EngineSetup
from voiceagent.call.events import EngineLost, Event
from voiceagent.ports import Engine, EngineListener


@dataclass(frozen=True, slots=True)
class Audio:
    """So much silence of an item, in one delta."""

    reply_id: str
    item_id: str
    ms: float


Said = Event | Audio
Answers = Callable[[EngineCommand], Sequence[Said]]


class ScriptedEngine:
    """An `Engine` without a wire. `open` is its factory; `say` makes it speak unasked."""

    def __init__(self, script: Mapping[type[EngineCommand], Answers] | None = None, *, sample_rate: int = 24_000) -> None:
        self.sample_rate = sample_rate
        self.dropped = 0
        self.heard: list[bytes] = []
        self.obeyed: list[EngineCommand] = []
        self.closed = False
        self._script = dict(script or {})
        self._listener: EngineListener | None = None
        self._over = asyncio.Event()

    async def open(self, setup: EngineSetup, listener: EngineListener) -> Engine:
        """As a runner opens engines; counts as its first command."""
        self._listener = listener
        self.obey(ConfigureEngine(setup))
        return self

    def say(self, *said: Said) -> None:
        """Speak now."""
        assert self._listener is not None, "open the engine first"
        for one in said:
            if isinstance(one, Audio):
                self._listener.reply_audio(one.reply_id, one.item_id, silence(one.ms, self.sample_rate))
            else:
                self._listener.deliver(one)

    def lose(self, reason: str, code: int | None = None) -> None:
        """The connection breaks."""
        self.say(EngineLost(reason, code))
        self._over.set()

    def hear(self, payload: bytes) -> None:
        self.heard.append(payload)

    def obey(self, command: EngineCommand) -> None:
        self.obeyed.append(command)
        answers = self._script.get(type(command))
        if answers is not None:
            self.say(*answers(command))

    async def run(self) -> None:
        await self._over.wait()

    async def close(self) -> None:
        self.closed = True
        self._over.set()


def silence(ms: float, rate: int) -> bytes:
    """Base64 of `ms` of digital silence."""
    return base64.b64encode(bytes(int(ms * rate / 1000) * 2))
