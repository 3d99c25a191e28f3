"""The engine's short path inside the real `websockets` client, against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.engines.short_path import ENGINE_FRAME_LIMIT, ShortPathConnection

Serve = Callable[[ServerConnection], Awaitable[None]]


class Heard:
    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.arrived = asyncio.Event()

    def on_text(self, payload: bytes) -> None:
        self.texts.append(payload)
        self.arrived.set()

    async def until(self, count: int) -> None:
        while len(self.texts) < count:
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), 5)


@asynccontextmanager
async def connected(handler: Serve) -> AsyncIterator[tuple[ShortPathConnection, Heard]]:
    heard = Heard()

    def create(*arguments: Any, **options: Any) -> ShortPathConnection:
        return ShortPathConnection(*arguments, on_text=heard.on_text, **options)

    async with (
        serve(handler, "127.0.0.1", 0) as server,
        connect(
            f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}",
            compression=None,
            max_size=ENGINE_FRAME_LIMIT,
            create_connection=cast(type[ClientConnection], create),
        ) as connection,
    ):
        yield cast(ShortPathConnection, connection), heard


async def test_texts_take_the_short_path_even_right_behind_the_handshake() -> None:
    async def greet(socket: ServerConnection) -> None:
        await socket.send("created")
        await socket.send("x" * 100_000)
        await socket.wait_closed()

    async with connected(greet) as (_, heard):
        await heard.until(2)
    assert heard.texts == [b"created", b"x" * 100_000]


async def test_fragments_go_through_the_library() -> None:
    async def scatter(socket: ServerConnection) -> None:
        await socket.send(["frag", "ments"])
        await socket.send("whole")
        await socket.wait_closed()

    async with connected(scatter) as (connection, heard):
        await heard.until(1)
        assert await connection.recv() == "fragments"
    assert heard.texts == [b"whole"]


async def test_what_is_sent_arrives_unmasked_and_in_order() -> None:
    got: list[str | bytes] = []
    done = asyncio.Event()

    async def collect(socket: ServerConnection) -> None:
        async for message in socket:
            got.append(message)
            if len(got) == 3:
                done.set()

    async with connected(collect) as (connection, _):
        for text in (b"a" * 10, b"b" * 200, b"c" * 70_000):
            assert connection.send_text(text)
        await asyncio.wait_for(done.wait(), 5)
        assert connection.backlog() == 0
    assert got == ["a" * 10, "b" * 200, "c" * 70_000]


async def test_masks_are_drawn_anew_when_used_up() -> None:
    received = 0
    done = asyncio.Event()

    async def count(socket: ServerConnection) -> None:
        nonlocal received
        async for _ in socket:
            received += 1
            if received == 2100:
                done.set()

    async with connected(count) as (connection, _):
        for _ in range(2100):
            connection.send_text(b"frame")
        await asyncio.wait_for(done.wait(), 10)


async def test_after_the_peer_closed_nothing_is_written() -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.close(1001, "going")

    async with connected(leave) as (connection, _):
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.send_text(b"late") is False
        assert connection.close_code == 1001


async def test_pings_are_answered_by_the_library() -> None:
    async def ping(socket: ServerConnection) -> None:
        await (await socket.ping(b"there"))
        await socket.send("ponged")
        await socket.wait_closed()

    async with connected(ping) as (_, heard):
        await heard.until(1)
    assert heard.texts == [b"ponged"]


async def test_a_refused_handshake_raises_as_ever() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nkey?")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]

        def create(*arguments: Any, **options: Any) -> ShortPathConnection:
            return ShortPathConnection(*arguments, on_text=lambda _: None, **options)

        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}", compression=None, create_connection=cast(type[ClientConnection], create))
    assert refused.value.response.status_code == 401


def test_websockets_still_has_what_the_short_path_overrides() -> None:
    assert callable(getattr(ClientConnection, "data_received", None))
