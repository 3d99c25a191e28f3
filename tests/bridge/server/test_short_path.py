"""The short path inside a real uvicorn: same bytes, whatever the cuts, and every rarity handled by the stock implementation."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from voiceagent.protocol.ws_frames import client_text_header
from voiceagent.server.short_path import MEDIA, MEDIA_FRAME_LIMIT, MediaServerProtocol

MASK = b"\x05\x06\x07\x08"


def frame(first: int, payload: bytes, *, masked: bool = True) -> bytes:
    header = bytearray(client_text_header(len(payload)))
    header[0] = first
    if not masked:
        header[1] &= 0x7F
        return bytes(header) + payload
    return bytes(header) + MASK + bytes(byte ^ MASK[index % 4] for index, byte in enumerate(payload))


class Served:
    """A server with one media endpoint, and what arrived there on which path."""

    def __init__(self) -> None:
        self.short: list[bytes] = []
        self.stock: list[str] = []
        self.closed: asyncio.Queue[int] = asyncio.Queue()
        self.arrived = asyncio.Event()
        self.connection: MediaServerProtocol | None = None
        self.port = 0

    async def endpoint(self, socket: WebSocket) -> None:
        self.connection = socket.scope["extensions"][MEDIA]["connection"]
        self.connection.attach(self.on_text)
        await socket.accept()
        try:
            while True:
                self.stock.append(await socket.receive_text())
                self.arrived.set()
        except WebSocketDisconnect as gone:
            self.closed.put_nowait(gone.code)

    def on_text(self, payload: bytes) -> None:
        self.short.append(payload)
        self.arrived.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), 5)


@asynccontextmanager
async def serving() -> AsyncIterator[Served]:
    served = Served()
    app = Starlette(routes=[WebSocketRoute("/media", served.endpoint)])
    config = uvicorn.Config(
        app,
        port=0,
        ws=MediaServerProtocol,
        ws_per_message_deflate=False,
        ws_max_size=MEDIA_FRAME_LIMIT,
        log_level="error",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    served.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        await server.shutdown()


async def dial(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(b"0123456789abcdef").decode()
    writer.write(
        f"GET /media HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    return reader, writer


Talk = Callable[[Served, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def conversing(talk: Talk) -> Served:
    async with serving() as served:
        reader, writer = await dial(served.port)
        try:
            await talk(served, reader, writer)
        finally:
            writer.close()
    return served


async def test_text_frames_take_the_short_path() -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(0x81, b"one") + frame(0x81, b"two" * 500))
        await served.until(lambda: len(served.short) == 2)

    served = await conversing(talk)
    assert served.short == [b"one", b"two" * 500]
    assert served.stock == []


async def test_frames_cut_at_every_byte_arrive_whole() -> None:
    message = frame(0x81, b"audio" * 30)

    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for cut in range(1, len(message)):
            assert served.connection is not None
            served.connection.data_received(message[:cut])
            served.connection.data_received(message[cut:])

    served = await conversing(talk)
    assert served.short == [b"audio" * 30] * (len(message) - 1)


async def test_fragments_are_joined_by_the_library_and_a_ping_between_them_is_answered() -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(0x01, b"frag") + frame(0x89, b"hi") + frame(0x80, b"ments") + frame(0x81, b"whole"))
        assert await reader.readexactly(4) == b"\x8a\x02hi"
        await served.until(lambda: bool(served.stock) and bool(served.short))

    served = await conversing(talk)
    assert served.stock == ["fragments"]
    assert served.short == [b"whole"]


async def test_the_closing_handshake_is_the_librarys() -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(0x88, b"\x03\xe8"))
        assert await reader.readexactly(4) == b"\x88\x02\x03\xe8"
        assert await asyncio.wait_for(served.closed.get(), 5) == 1000

    await conversing(talk)


async def test_an_unmasked_frame_closes_with_a_protocol_error() -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(0x81, b"not masked", masked=False))
        answer = await reader.readexactly(4)
        assert (answer[0], int.from_bytes(answer[2:], "big")) == (0x88, 1002)

    served = await conversing(talk)
    assert served.short == []


async def test_an_oversized_frame_closes_with_too_big() -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(client_text_header(MEDIA_FRAME_LIMIT + 1) + MASK)
        answer = await reader.readexactly(4)
        assert (answer[0], int.from_bytes(answer[2:], "big")) == (0x88, 1009)

    await conversing(talk)


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
async def test_what_is_sent_is_one_text_frame(length: int) -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert served.connection is not None
        served.connection.send_text(b"s" * length)
        head = 2 if length < 126 else 4 if length < 65536 else 10
        got = await reader.readexactly(head + length)
        assert got[0] == 0x81
        assert got[head:] == b"s" * length
        assert served.connection.backlog() >= 0

    await conversing(talk)


async def test_after_detach_the_stock_path_reads_on_from_the_middle_of_a_frame() -> None:
    async def talk(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = frame(0x81, b"stock from here")
        assert served.connection is not None
        served.connection.data_received(message[:7])
        served.connection.detach()
        served.connection.data_received(message[7:])
        await served.until(lambda: bool(served.stock))

    served = await conversing(talk)
    assert served.stock == ["stock from here"]


def test_uvicorn_still_has_what_the_short_path_overrides() -> None:
    for name in ("handle_connect", "data_received"):
        assert name in vars(WebSocketsSansIOProtocol), f"uvicorn's WebSocket class lost {name}: use bridge.media_path = 'stock'"
