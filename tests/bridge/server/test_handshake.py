"""Handshakes that lead nowhere: answered, closed, and no complaint of uvicorn's in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voiceagent.server.app import build_app
from voiceagent.server.handshake import ServerProtocol
from voiceagent.server.listen import bind, listening

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


@asynccontextmanager
async def served(bench: Any, *, short_path: bool) -> AsyncIterator[int]:
    with bind("127.0.0.1", 0) as where:
        async with listening(build_app(bench.bridge), where, short_path=short_path):
            yield where.getsockname()[1]


@pytest.mark.parametrize("short_path", [True, False])
@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/nowhere", "", b"404"),
        ("/media", "", b"404"),
        ("/events", "", b"404"),
        ("/media/nobody/nothing", "", b"403"),
        ("/media/" + "x" * 9000, "", b"414"),
        ("/nowhere", "X-Long: " + "x" * 9000 + "\r\n", b"431"),
    ],
)
async def test_it_is_answered_and_over(
    bench: Any, caplog: pytest.LogCaptureFixture, short_path: bool, path: str, more: str, status: bytes
) -> None:
    with caplog.at_level(logging.WARNING):
        async with served(bench, short_path=short_path) as port, asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(UPGRADE.format(path=path, more=more).encode())
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
    assert answer.split()[1] == status
    assert [record.message for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_uvicorn_still_has_what_is_looked_at() -> None:
    assert {"data_received", "send"} <= vars(ServerProtocol.__mro__[1]).keys()
    assert "handshake_initiated" in ServerProtocol.__mro__[1].__init__.__code__.co_names
