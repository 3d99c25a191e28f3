"""A connection over SSH that has its server listen for us: to a real OpenSSH server, and to one that misbehaves on command."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.testing.ssh import OnLoopback, SshdOnLoopback, StandIn, find_sshd, free_port, make_key, running
from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.ssh_link import CIPHERS, SshServer, ssh_link

needs_sshd = pytest.mark.skipif(find_sshd() is None, reason="OpenSSH's server is not here: apt-get install openssh-server")


@pytest.fixture
async def local() -> AsyncIterator[int]:
    """A port of this machine that answers everything with itself."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while told := await reader.read(1000):
            writer.write(told)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture(params=[pytest.param(SshdOnLoopback, marks=needs_sshd), StandIn])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OnLoopback]:
    async with running(request.param(tmp_path / "server")) as made:
        yield made


def known(tmp_path: Path, **more: Any) -> HostKeys:
    return HostKeys(tmp_path / "known_hosts", **more)


def towards(server: OnLoopback, host_keys: HostKeys, **more: Any) -> SshServer:
    facts: dict[str, Any] = {"listen_host": "127.0.0.1", "key_file": server.key_file, **more}
    return SshServer("127.0.0.1", server.port, server.user, host_keys, **facts)


def fixed(port: int) -> PublicAddress:
    return PublicAddress(f"http://127.0.0.1:{port}")


def link(server: SshServer, port: int) -> Any:
    return ssh_link(server, port, address=None, fixed=fixed)


async def said_back(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    answer = await reader.read(100)
    writer.close()
    return answer


async def test_what_reaches_the_server_reaches_us_until_it_is_left(server: OnLoopback, local: int, tmp_path: Path) -> None:
    async with link(towards(server, known(tmp_path)), local) as up:
        assert up.address == fixed(up.port)
        assert await said_back(up.port) == b"hello"
    assert await says_nothing(up.port)


async def says_nothing(port: int) -> bool:
    """Nobody listens there any more; or the server, which takes a moment to notice, lets the connection go."""
    try:
        return await said_back(port) == b""
    except OSError:
        return True


async def test_a_cut_is_noticed_at_once(server: OnLoopback, local: int, tmp_path: Path) -> None:
    async with link(towards(server, known(tmp_path)), local) as up, asyncio.TaskGroup() as tasks:
        lost = tasks.create_task(up.lost())
        await said_back(up.port)
        await server.cut()
        async with asyncio.timeout(5):
            assert (await lost).startswith(f"the SSH connection to 127.0.0.1:{server.port} ended: ")


@needs_sshd
async def test_the_cheap_cipher_is_taken_and_a_session_is_there(local: int, tmp_path: Path) -> None:
    """Without a session OpenSSH's server would hold frames back (facts of the measurement: 25 ms in place of 3)."""
    async with (
        running(SshdOnLoopback(tmp_path / "server")) as server,
        link(towards(server, known(tmp_path)), local) as up,
    ):
        connection = up._connection
        assert connection.get_extra_info("send_cipher") == CIPHERS[0] == "aes128-gcm@openssh.com"
        assert [type(one).__name__ for one in connection._channels.values()] == ["SSHClientChannel"]


async def test_an_account_that_may_open_no_session_is_served_too(local: int, tmp_path: Path) -> None:
    async with (
        running(StandIn(tmp_path / "server", sessions=False)) as server,
        link(towards(server, known(tmp_path)), local) as up,
    ):
        assert await said_back(up.port) == b"hello"


async def test_the_address_that_a_service_prints(local: int, tmp_path: Path) -> None:
    def address(line: str) -> str:
        return line.partition("at ")[2]

    says = "\x1b[1mwelcome\x1b[0m\nyou are at \x1b[32mhttps://x.example\x1b[0m\n"
    async with running(StandIn(tmp_path / "server", open=True, prints=says)) as service:
        server = towards(service, known(tmp_path), key_file="", own_keys=False, listen_port=80)
        async with ssh_link(server, local, address=address, fixed=None) as up:
            assert up.address == PublicAddress("https://x.example")


async def test_a_service_that_gives_none_is_quoted(local: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.tunnels.ssh_link.ADDRESS_SECONDS", 0.2)
    async with running(StandIn(tmp_path / "server", open=True, prints="come back\ntomorrow\n")) as service:
        server = towards(service, known(tmp_path), key_file="", own_keys=False)
        with pytest.raises(RemoteError, match="it gave no address: come back / tomorrow"):
            async with ssh_link(server, local, address=lambda _: "", fixed=None):
                pass


# --- what goes wrong


async def refused(server: SshServer, local: int = 1) -> RemoteError | UserError:
    with pytest.raises((RemoteError, UserError)) as caught:
        async with link(server, local):
            pass
    assert caught.value.remedy
    return caught.value


async def test_nobody_listens_there(tmp_path: Path) -> None:
    port = free_port()
    make_key(tmp_path / "id")
    error = await refused(SshServer("127.0.0.1", port, "me", known(tmp_path), key_file=str(tmp_path / "id")))
    assert str(error).startswith(f"127.0.0.1:{port} cannot be connected to: ")


async def test_the_wrong_key(server: OnLoopback, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    error = await refused(towards(server, known(tmp_path), key_file=str(tmp_path / "other")))
    assert f"{server.user}@127.0.0.1:{server.port} does not let us in" in str(error)
    assert str(tmp_path / "other") in error.remedy


async def test_the_server_is_another_one_than_before(server: OnLoopback, tmp_path: Path) -> None:
    keys = known(tmp_path)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
    keys.ours.write_text(f"[127.0.0.1]:{server.port} {other}")
    error = await refused(towards(server, keys))
    assert isinstance(error, RemoteError)
    assert "shows another key than it did before" in str(error)


async def test_a_new_server_where_only_known_ones_are_wanted(server: OnLoopback, tmp_path: Path) -> None:
    assert "is not known" in str(await refused(towards(server, known(tmp_path, unknown="refuse"))))


@pytest.mark.parametrize(
    "kind",
    [pytest.param(lambda at: SshdOnLoopback(at, more="AllowTcpForwarding no"), marks=needs_sshd), None],
    ids=["sshd", ""],
)
async def test_it_does_not_listen_for_us(kind: Any, tmp_path: Path) -> None:
    made = StandIn(tmp_path / "server", listens=False) if kind is None else kind(tmp_path / "server")
    async with running(made) as server:
        error = await refused(towards(server, known(tmp_path), listen_port=2345))
    assert f"127.0.0.1:{server.port} does not listen on 127.0.0.1:2345 for us" in str(error)


@pytest.mark.parametrize(("content", "words"), [("", "which does not exist"), ("nonsense", "cannot be used")])
async def test_a_key_file_that_is_none(content: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "id"
    if content:
        file.write_text(content)
    error = await refused(SshServer("127.0.0.1", free_port(), "me", known(tmp_path), key_file=str(file)))
    assert isinstance(error, UserError)
    assert words in str(error)


async def test_a_key_with_a_passphrase(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "id").write_bytes(key.export_private_key("pkcs8-pem", passphrase="x"))
    error = await refused(SshServer("127.0.0.1", free_port(), "me", known(tmp_path), key_file=str(tmp_path / "id")))
    assert "ssh-add" in error.remedy


async def test_the_library_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "asyncssh":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    error = await refused(SshServer("127.0.0.1", 1, "me", known(tmp_path)))
    assert isinstance(error, UserError)
    assert (str(error), error.remedy) == (
        "tunnels over SSH need asyncssh, which is not installed",
        "pip install 'voiceagent-workbench[tunnel]'",
    )
