"""A session without sockets: feed it, look at what comes out; and a client for a served one."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import AnswerRequest, SpeechStarted, SpeechStopped, Transcript
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.steps import Answer, Send, Step, Transcribe


@dataclass(frozen=True)
class Audio:
    duration_ms: float = 1000.0


class Stage:
    """A `SessionState` with seeded ids and a clock to move; remembers the events and the requests that came out."""

    def __init__(self, **options: Any) -> None:
        self.now_ms = 0.0
        offer = Offer(options.pop("model", "gpt-realtime"), **options.pop("offer", {}))
        ids = Ids(seed=7, wall=lambda: 1_784_664_973.0)
        self.state = SessionState(ids=ids, offer=offer, expires_at=1_784_668_573, clock=lambda: self.now_ms, **options)
        self.events: list[dict[str, Any]] = []
        self.requests: list[AnswerRequest] = []
        self.waiting: list[str] = []
        self.steps: list[Step] = []
        self.take(self.state.opened())

    def take(self, steps: list[Step]) -> list[str]:
        """Keep what came out; the types of the events among it."""
        self.steps += steps
        sent = [step.event for step in steps if isinstance(step, Send)]
        self.events += sent
        self.requests += [step.request for step in steps if isinstance(step, Answer)]
        self.waiting += [step.item_id for step in steps if isinstance(step, Transcribe)]
        return [event["type"] for event in sent]

    def client(self, kind: str, **fields: Any) -> list[str]:
        return self.take(self.state.client_event({"type": kind, **fields}))

    def update(self, **session: Any) -> list[str]:
        return self.client("session.update", session=session)

    def say(self, text: str, *, ms: float = 1000.0, start_ms: float = 0.0) -> list[str]:
        """Words and their sound for the latest request."""
        response_id = self.requests[-1].response_id
        types = self.take(self.state.words(response_id, text, start_ms))
        if ms:
            types += self.take(self.state.sound(response_id, "AAAA", ms))
        return types

    def call(self, name: str, arguments: str) -> list[str]:
        return self.take(self.state.call(self.requests[-1].response_id, name, arguments))

    def done(self) -> list[str]:
        return self.take(self.state.answered(self.requests[-1].response_id))

    def speech_starts(self, at_ms: float = 0.0) -> list[str]:
        return self.take(self.state.noticed(SpeechStarted(at_ms)))

    def speech_stops(self, at_ms: float = 2000.0) -> list[str]:
        return self.take(self.state.noticed(SpeechStopped(at_ms, Audio())))

    def hears(self, text: str) -> list[str]:
        return self.take(self.state.transcribed(self.waiting.pop(0), Transcript(text)))

    def turn(self, text: str) -> list[str]:
        """A whole turn of the caller."""
        return self.speech_starts() + self.speech_stops() + self.hears(text)

    def last(self, kind: str) -> dict[str, Any]:
        """The latest event of a type."""
        return next(event for event in reversed(self.events) if event["type"] == kind)


@pytest.fixture
def stage() -> Callable[..., Stage]:
    return Stage


class Caller:
    """A client of a served session: sends what it is told, remembers what it got."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def append(self, pcm: bytes, *, frame_ms: int = 20, rate: int = 24_000) -> None:
        size = rate * frame_ms // 1000 * 2
        for at in range(0, len(pcm), size):
            await self.send("input_audio_buffer.append", audio=base64.b64encode(pcm[at : at + size]).decode())

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            event: dict[str, Any] = json.loads(await self.socket.recv())
        self.events.append(event)
        return event

    async def until(self, kind: str) -> dict[str, Any]:
        """Read up to the next event of a type."""
        while (event := await self.next())["type"] != kind:
            pass
        return event


@asynccontextmanager
async def _call(
    emulator: Any, *, model: str = "gpt-realtime", path: str = "/voice-live/realtime", **headers: str
) -> AsyncIterator[Caller]:
    from websockets.asyncio.client import connect

    url = f"ws://127.0.0.1:{emulator.port}{path}?api-version=2026-07-15&model={model}"
    given = {"api-key": emulator.key, **headers} if emulator.key else headers
    async with connect(url, additional_headers=given, max_size=None) as socket:
        yield Caller(socket)


@pytest.fixture
def call() -> Callable[..., Any]:
    """`async with call(emulator) as caller`."""
    return _call
