"""Both wires do the same; the stock one needs nothing but public methods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voiceagent.engines.wires import BACKLOG_LIMIT, Wire, dial, tls

Serve = Callable[[ServerConnection], Awaitable[None]]


class Heard:
    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.arrived = asyncio.Event()

    def on_text(self, payload: bytes) -> None:
        self.texts.append(payload)
        self.arrived.set()


@asynccontextmanager
async def dialled(handler: Serve, *, short_path: bool) -> AsyncIterator[tuple[Wire, Heard]]:
    heard = Heard()
    async with serve(handler, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        wire = await dial(f"ws://127.0.0.1:{port}", {"api-key": "k"}, heard.on_text, timeout=5, short_path=short_path)
        try:
            yield wire, heard
        finally:
            await wire.close()


@pytest.mark.parametrize("short_path", [True, False])
async def test_messages_go_both_ways_and_the_end_is_known(short_path: bool) -> None:
    async def echo(socket: ServerConnection) -> None:
        assert socket.request is not None
        assert socket.request.headers["api-key"] == "k"
        for _ in range(2):
            await socket.send(await socket.recv())
        await socket.close(1001, "over")

    async with dialled(echo, short_path=short_path) as (wire, heard):
        wire.send(b"one")
        wire.send(b"two", droppable=True)
        await asyncio.wait_for(wire.receive(), 5)
        assert heard.texts == [b"one", b"two"]
        assert wire.ending() == (1001, "over")
        assert wire.dropped == 0


@pytest.mark.parametrize("short_path", [True, False])
async def test_receiving_can_be_interrupted_and_taken_up_again(short_path: bool) -> None:
    async def echo(socket: ServerConnection) -> None:
        async for message in socket:
            await socket.send([message, "!"])  # fragments

    async with dialled(echo, short_path=short_path) as (wire, heard):
        for text in (b"one", b"two"):
            async with asyncio.TaskGroup() as tasks:
                receiving = tasks.create_task(wire.receive())
                wire.send(text)
                heard.arrived.clear()
                await asyncio.wait_for(heard.arrived.wait(), 5)
                receiving.cancel()
    assert heard.texts == [b"one!", b"two!"]


@pytest.mark.parametrize("short_path", [True, False])
async def test_an_engine_that_does_not_read_costs_audio_not_memory(short_path: bool) -> None:
    release = asyncio.Event()

    async def deaf(socket: ServerConnection) -> None:
        socket.transport.pause_reading()
        await release.wait()
        socket.transport.abort()

    async with dialled(deaf, short_path=short_path) as (wire, _):
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(wire.receive())
            frame = b"x" * 65_536
            while wire.dropped == 0:
                wire.send(frame, droppable=True)
                await asyncio.sleep(0)
            release.set()
            await receiving
        assert wire.dropped >= 1
        assert BACKLOG_LIMIT > 65_536


def test_one_tls_context_serves_all_calls() -> None:
    assert tls() is tls()
