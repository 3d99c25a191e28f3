"""The Redis that replicas share."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor.shared import redis
from voiceagent.doctor.surroundings import Surroundings

pytest.importorskip("redis")


def around(url: str, secret: str = "s" * 32) -> Surroundings:
    environ = {"VOICEAGENT_REDIS_URL": url, "VOICEAGENT_TOKEN_SECRET": secret}
    return Surroundings(Path(), load_settings(None, environ=environ))


async def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = await redis(around(f"redis://:canarypassword@127.0.0.1:{port}"))
    assert found.code == "redis_unreachable"
    assert "canarypassword" not in repr(found)


@pytest.mark.parametrize(("says", "code"), [(b"+PONG\r\n", ""), (b"-NOAUTH Authentication required.\r\n", "redis_refused")])
async def test_what_it_answers(says: bytes, code: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            writer.write(says)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await redis(around(f"redis://127.0.0.1:{port}"))).code == code


async def test_replicas_need_one_secret_and_a_lone_process_needs_none() -> None:
    assert (await redis(around("redis://127.0.0.1:1", ""))).code == "token_secret_missing"
    assert (await redis(around(""))).status == "skipped"
