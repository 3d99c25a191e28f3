"""Two ways to a realtime engine over one `websockets` connection: the short path, and the library's own, for when that breaks.

Both write without waiting. Caller audio that a slow engine does not take within five seconds is dropped and counted: late
speech would only make the agent answer late.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from voiceagent.engines.short_path import ENGINE_FRAME_LIMIT, ShortPathConnection
from voiceagent.loopback import on_this_machine
from voiceagent.protocol.outbox import Outbox

BACKLOG_LIMIT = 393_216  # bytes: five seconds of 20 ms frames
PING_SECONDS = 5.0  # a half-open connection is found within two pings; the caller hears silence meanwhile
CLOSE_SECONDS = 2.0

OnText = Callable[[bytes], object]


class Wire(Protocol):
    """A connection as an engine client needs it."""

    dropped: int

    def send(self, frame: bytes, *, droppable: bool = False) -> None:
        """Write a text message."""
        ...

    async def receive(self) -> None:
        """Pass messages on until the connection ends or the task is cancelled; may be called again after that."""
        ...

    async def close(self) -> None:
        """Say goodbye."""
        ...

    def ending(self) -> tuple[int | None, str]:
        """Close code and reason, once `receive` has returned."""
        ...


class Dial(Protocol):
    """How a connection is made: `dial`, or in a test something that needs no network."""

    async def __call__(
        self, url: str, headers: Mapping[str, str], on_text: OnText, *, timeout: float, short_path: bool, subprotocol: str = ""
    ) -> Wire: ...


async def dial(
    url: str, headers: Mapping[str, str], on_text: OnText, *, timeout: float, short_path: bool, subprotocol: str = ""
) -> Wire:
    """Connect. Fails with the exceptions of `websockets.connect`."""
    options: dict[str, Any] = {
        "additional_headers": dict(headers),
        "compression": None,  # 100 µs per frame for 30 % of its bytes
        "max_size": ENGINE_FRAME_LIMIT,
        "open_timeout": timeout,
        "ping_interval": PING_SECONDS,
        "ping_timeout": PING_SECONDS,
        "close_timeout": CLOSE_SECONDS,
    }
    if subprotocol:
        options["subprotocols"] = [subprotocol]
    if url.startswith("wss:"):
        options["ssl"] = tls()
    if on_this_machine(url):
        options["proxy"] = None
    if not short_path:
        return StockWire(await connect(url, **options), on_text)

    def create(*arguments: Any, **settings: Any) -> ShortPathConnection:
        return ShortPathConnection(*arguments, on_text=on_text, **settings)

    connection = await connect(url, create_connection=cast(type[ClientConnection], create), **options)
    return ShortWire(cast(ShortPathConnection, connection), on_text)


@cache
def tls() -> ssl.SSLContext:
    """One context for all calls: making one takes 50 ms during which no audio would flow."""
    return ssl.create_default_context()


class ShortWire:
    """Messages come and go without a task."""

    def __init__(self, connection: ShortPathConnection, on_text: OnText) -> None:
        self._connection = connection
        self._on_text = on_text
        self.dropped = 0

    def send(self, frame: bytes, *, droppable: bool = False) -> None:
        if droppable and self._connection.backlog() > BACKLOG_LIMIT:
            self.dropped += 1
            return
        self._connection.send_text(frame)

    async def receive(self) -> None:
        await _receive(self._connection, self._on_text)  # the rarities: fragmented messages, and the end

    async def close(self) -> None:
        await self._connection.close()

    def ending(self) -> tuple[int | None, str]:
        return self._connection.close_code, self._connection.close_reason or ""


class StockWire:
    """Only public methods of the library; what is sent waits in an outbox for a task."""

    def __init__(self, connection: ClientConnection, on_text: OnText) -> None:
        self._connection = connection
        self._on_text = on_text
        self._outbox = Outbox(limit=BACKLOG_LIMIT)
        self._filled = asyncio.Event()

    @property
    def dropped(self) -> int:
        return self._outbox.dropped

    @dropped.setter
    def dropped(self, count: int) -> None:
        self._outbox.dropped = count

    def send(self, frame: bytes, *, droppable: bool = False) -> None:
        self._outbox.put(frame, droppable=droppable)
        self._filled.set()

    async def receive(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write())
            await _receive(self._connection, self._on_text)
            writing.cancel()

    async def close(self) -> None:
        await self._connection.close()

    def ending(self) -> tuple[int | None, str]:
        return self._connection.close_code, self._connection.close_reason or ""

    async def _write(self) -> None:
        try:
            while True:
                while (frame := self._outbox.take()) is not None:
                    await self._connection.send(frame, text=True)
                self._filled.clear()
                await self._filled.wait()
        except ConnectionClosed:
            return  # the reading side reports it


async def _receive(connection: ClientConnection, on_text: OnText) -> None:
    try:
        async for message in connection:
            on_text(message.encode() if isinstance(message, str) else message)
    except ConnectionClosed:
        return
