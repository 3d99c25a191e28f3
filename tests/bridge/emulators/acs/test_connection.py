"""Frames handed over directly arrive like any others, and are refused when the connection is not ready for them."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from voiceagent.emulators.acs.connection import MASKS_AT_ONCE, MediaConnection


async def test_frames_of_every_length_arrive_in_order_between_the_librarys_own() -> None:
    frames = [b"x" * length for length in (1, 125, 126, 65_535, 65_536)] + [b"y"] * (MASKS_AT_ONCE // 4)
    arrived: list[Any] = []
    done = asyncio.Event()

    async def take(socket: Any) -> None:
        async for message in socket:
            arrived.append(message)
            if message == "the end":
                done.set()

    async with serve(take, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}", create_connection=MediaConnection, compression=None, proxy=None) as socket:
            assert isinstance(socket, MediaConnection)
            await socket.send("the beginning")
            assert all(socket.write(frame) for frame in frames)
            await socket.send("the end")
            await asyncio.wait_for(done.wait(), 5)
    assert arrived == ["the beginning", *(frame.decode() for frame in frames), "the end"]
    assert not socket.write(b"too late")
