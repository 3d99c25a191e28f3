"""Faults of WebSockets on the wire, met by a real client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from voiceagent.emulators.faults.socket import UnreliableSocket
from voiceagent.emulators.faults.switchboard import Switchboard

DELTA = '{"type":"response.audio.delta","response_id":"r1","delta":"AAAA"}'
DONE = '{"type":"response.done","response":{"id":"r1","status":"completed"}}'
OTHER = '{"type":"session.updated"}'


@asynccontextmanager
async def connected(board: Switchboard, talk: Callable[[UnreliableSocket], Awaitable[None]]) -> AsyncIterator[ClientConnection]:
    async def serve_one(socket: ServerConnection) -> None:
        def sent(frame: Any) -> Any:
            return board.strikes("engine", json.loads(frame)["type"])

        await talk(UnreliableSocket(socket, board, sent=sent, read=lambda _: board.strikes("engine-read")))

    async with (
        serve(serve_one, "127.0.0.1", 0, compression=None, close_timeout=0.1) as server,
        connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", compression=None, proxy=None) as client,
    ):
        yield client


async def told(board: Switchboard, frames: list[str]) -> list[Any]:
    """What a client gets of these frames, until the socket is closed."""

    async def talk(socket: UnreliableSocket) -> None:
        for frame in frames:
            await socket.send(frame)

    async with connected(board, talk) as client:
        return [frame async for frame in client]


def armed(name: str, **written: object) -> Switchboard:
    board = Switchboard()
    board.arm(name, {"after": 0, **written})
    return board


@pytest.mark.parametrize(
    ("name", "written", "frames", "expected"),
    [
        ("engine.missing", {"only": "response.done"}, [DELTA, DONE, OTHER], [DELTA, OTHER]),
        ("engine.duplicated", {}, [DELTA, DONE], [DELTA, DONE, DONE]),
        ("engine.reordered", {}, [DELTA, DONE, OTHER], [DONE, DELTA, OTHER]),
        ("engine.stalled", {}, [DELTA, DELTA, DONE, OTHER], [OTHER]),
        ("engine.garbled", {"kind": "binary"}, [DELTA], [b"\x00\x01\x02\x03", DELTA]),
        ("engine.half_open", {}, [DELTA, DONE, OTHER], []),
    ],
)
async def test_frames_are_missing_twice_overtaken_or_garbled(
    name: str, written: dict[str, object], frames: list[str], expected: list[Any]
) -> None:
    assert await told(armed(name, **written), frames) == expected


async def test_a_response_fails_in_the_end() -> None:
    (event,) = [json.loads(frame) for frame in await told(armed("engine.rate_limited"), [DONE])]
    assert (event["type"], event["response"]["id"], event["response"]["status"]) == ("response.done", "r1", "failed")
    assert event["response"]["status_details"]["error"]["code"] == "rate_limit_exceeded"


async def test_an_error_comes_and_the_session_goes_on() -> None:
    frames = [json.loads(frame) for frame in await told(armed("engine.error", only="*", message="Oh."), [DONE, OTHER])]
    assert [frame["type"] for frame in frames] == ["error", "response.done", "session.updated"]
    assert frames[0]["error"]["message"] == "Oh."


@pytest.mark.parametrize(
    ("name", "code", "first"),
    [
        ("engine.dropped", 1006, []),
        ("engine.expired", 1001, ["session_expired"]),
        ("engine.overflow", 1008, ["session_output_overflow"]),
    ],
)
async def test_a_session_ends_as_told(name: str, code: int, first: list[str]) -> None:
    async def talk(socket: UnreliableSocket) -> None:
        await socket.send(OTHER)
        await socket.send(DELTA)
        await socket.send(DONE)
        with suppress(ConnectionClosed):
            await socket.recv()

    errors = []
    async with connected(armed(name), talk) as client:
        with suppress(ConnectionClosed):
            while True:
                event = json.loads(await client.recv())
                errors += [event["error"]["code"]] if event["type"] == "error" else []
        assert (client.close_code, errors) == (code, first)


async def test_a_burst_holds_frames_and_lets_them_all_go() -> None:
    board = Switchboard()
    board.arm("media.burst", {"frames": 3, "after": 1, "only": ""})
    got: list[str] = []

    class Socket:
        async def send(self, frame: str) -> None:
            got.append(frame)

    socket = UnreliableSocket(Socket(), board, sent=lambda _: board.strikes("media", "AudioData"), read=lambda _: ())
    lengths = []
    for frame in "abcdef":
        await socket.send(frame)
        lengths.append(len(got))
    assert (got, lengths) == (list("abcdef"), [1, 1, 1, 4, 5, 6])


class Written:
    """A socket that keeps what it is to send."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    async def send(self, frame: str) -> None:
        self.frames.append(frame)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.frames.append(f"closed {code}")


@pytest.mark.parametrize("reads", [True, False])
async def test_who_sends_does_not_wait_for_the_peer_to_agree_to_the_end(reads: bool) -> None:
    agreed = asyncio.Event()

    async def read(socket: UnreliableSocket) -> None:
        with pytest.raises(ConnectionClosed):
            await socket.recv()

    class Slow(Written):
        async def close(self, code: int = 1000, reason: str = "") -> None:
            await super().close(code, reason)
            await agreed.wait()

        async def recv(self) -> str:
            await agreed.wait()
            raise ConnectionClosedOK(None, None)

    board, wire = armed("engine.dropped", code=1011, only="*", error="e" * 200), Slow()
    socket = UnreliableSocket(wire, board, sent=lambda _: board.strikes("engine", "x"), read=lambda _: ())
    async with asyncio.timeout(1), asyncio.TaskGroup() as tasks:
        if reads:
            tasks.create_task(read(socket))
            await asyncio.sleep(0)
        await socket.send("a")
        await socket.send("b")
        if not reads:
            tasks.create_task(read(socket))
        while len(wire.frames) < 2:
            await asyncio.sleep(0)
        agreed.set()
    assert wire.frames[1:] == ["closed 1011"]


@pytest.mark.parametrize("name", ["engine.reordered", "media.burst"])
async def test_what_waits_for_another_frame_goes_before_the_end(name: str) -> None:
    board, wire = armed(name, only="*"), Written()
    site: Any = "media" if name.startswith("media") else "engine"
    socket = UnreliableSocket(wire, board, sent=lambda _: board.strikes(site, "x"), read=lambda _: ())
    await socket.send("a")
    assert wire.frames == []
    await socket.close(1001)
    assert wire.frames == ["a", "closed 1001"]


async def test_one_frame_overtaken_after_another_loses_none() -> None:
    assert await told(armed("engine.reordered", only="*", times=2), [DELTA, DONE, OTHER]) == [DELTA, OTHER, DONE]


async def test_a_slow_reader_takes_its_time() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    board = Switchboard(sleep=sleep)
    board.arm("engine.slow", {"ms": 4000, "after": 1})
    read = asyncio.Event()

    async def talk(socket: UnreliableSocket) -> None:
        for _ in range(3):
            await socket.recv()
        read.set()

    async with connected(board, talk) as client:
        for _ in range(3):
            await client.send(OTHER)
        await read.wait()
    assert slept == [4.0]


async def test_half_open_means_that_nothing_is_read_either() -> None:
    board = armed("engine.half_open", only="*")
    read: list[Any] = []

    async def talk(socket: UnreliableSocket) -> None:
        await socket.send(OTHER)
        while True:
            read.append(await socket.recv())

    async with connected(board, talk) as client:
        await client.send(OTHER)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.recv()
        client.transport.abort()
    assert read == []
