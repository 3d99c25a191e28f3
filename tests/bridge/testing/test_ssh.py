"""SSH servers of tests: the real one where it is installed, and one that does as it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncssh
import pytest

from voiceagent.testing.ssh import OnLoopback, SshdOnLoopback, StandIn, find_sshd, free_port, make_key, running

needs_sshd = pytest.mark.skipif(find_sshd() is None, reason="OpenSSH's server is not here: apt-get install openssh-server")
BOTH = [pytest.param(SshdOnLoopback, marks=needs_sshd), StandIn]


async def connect(server: OnLoopback, key_file: str = "") -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        "127.0.0.1",
        server.port,
        username=server.user,
        client_keys=[key_file or server.key_file],
        agent_path=None,
        config=None,
        known_hosts=None,
    )


@pytest.mark.parametrize("kind", BOTH)
async def test_it_lets_in_whoever_has_the_key_and_comes_back_where_it_was(kind: Any, tmp_path: Path) -> None:
    async with running(kind(tmp_path / "server")) as server:
        make_key(tmp_path / "other")
        with pytest.raises(asyncssh.PermissionDenied):
            await connect(server, str(tmp_path / "other"))
        connection, port = await connect(server), server.port
        await server.cut()
        await connection.wait_closed()
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            await connect(server)
        await server.start()
        assert server.port == port
        (await connect(server)).close()


async def test_the_stand_in_says_and_refuses_what_it_is_told(tmp_path: Path) -> None:
    async with running(StandIn(tmp_path / "server", open=True, prints="hello\n", listens=False)) as server:
        connection = await connect(server)
        process = await connection.create_process()
        assert await process.stdout.readline() == "hello\n"
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "127.0.0.1", 1)
        connection.close()
        assert isinstance(server, StandIn)
        assert server.seen == ["somebody"]


@needs_sshd
async def test_settings_that_sshd_does_not_take_are_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Nonsense"):
        await SshdOnLoopback(tmp_path / "server", more="Nonsense yes").start()


def test_a_free_port_is_one() -> None:
    assert 0 < free_port() < 65536
