"""An emulated account without sockets: its app is a script of documents, its streams are in memory, its clock is moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosedOK
from websockets.protocol import State

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.twilio import line as line_module
from voiceagent.emulators.twilio.network import Network
from voiceagent.testing.clock import ManualClock

FAST = NetworkOptions(
    seed=1, human_answers_ms=0, human_busy_ms=0, human_declines_ms=0, human_gives_up_ms=0, together_ms=0, greeting_wait_ms=100
)


class Socket:
    """The app's end of a stream, in memory."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.state = State.OPEN
        self.transport = SimpleNamespace(get_write_buffer_size=lambda: 0)
        self._inbox: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def send(self, frame: bytes, *, text: bool) -> None:
        assert text
        self.sent.append(json.loads(frame))

    async def recv(self, *, decode: bool) -> bytes:
        frame = await self._inbox.get()
        if frame is None:
            raise ConnectionClosedOK(None, None)
        return frame

    async def close(self) -> None:
        self.state = State.CLOSED

    def say(self, *frames: bytes) -> None:
        """The app sends."""
        for frame in frames:
            self._inbox.put_nowait(frame)

    def leave(self) -> None:
        """The app closes."""
        self._inbox.put_nowait(None)

    def events(self) -> list[str]:
        return [message["event"] for message in self.sent]


class App:
    """What the app answers by address, and what it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.sockets: list[Socket] = []
        self.asks: Callable[[str], object] = lambda url: None
        """Called with every address that is asked."""
        self.slow: asyncio.Event | None = None
        """Reports are answered when it is set."""

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int | None, str]:
        self.asked.append((url, form))
        self.asks(url)
        if self.slow is not None and url == "progress":
            await self.slow.wait()
        document = self.documents.get(url)
        return (404, "") if document is None else (200, document)

    async def dial(self, url: str, auth_token: str) -> Any:
        self.sockets.append(Socket())
        return self.sockets[-1]


class House:
    """The emulator's network and the app it talks to."""

    def __init__(self, network: Network, app: App, clock: ManualClock) -> None:
        self.network, self.app, self.clock = network, app, clock

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def beats(self, count: int) -> None:
        for _ in range(count):
            self.clock.advance(20)
            await self.network._beat(self.clock.now_ms(), 0)
            await self.settle()


@asynccontextmanager
async def house_of(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    app, clock = App(), ManualClock()
    async with asyncio.TaskGroup() as tasks:
        network = Network(tasks, cast(Any, None), options=FAST, voice=None, now=clock.now_ms)
        network.voice_url = "voice"
        monkeypatch.setattr(network, "post", app.post)
        monkeypatch.setattr(line_module, "dial", app.dial)
        yield House(network, app, clock)
        await network.stop()


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with house_of(monkeypatch) as made:
        yield made
