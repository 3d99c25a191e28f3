"""A tunnel to a bridge of another process: it outlives the bridge, and tells what it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.local.exposing import exposed, reached, ways
from voiceagent.testing.ssh import StandIn, free_port, running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with running(StandIn(tmp_path / "server")) as made:
        assert isinstance(made, StandIn)
        yield made


def settings(server: StandIn | None = None, **bridge: Any) -> Settings:
    tunnel = {} if server is None else {"ssh_key": server.key_file}
    target = {} if server is None else {"tunnel": f"ssh:me@127.0.0.1:{server.port}"}
    return Settings.model_validate({"bridge": {"port": free_port(), **target, **bridge}, "tunnel": tunnel})


async def test_it_stands_though_the_bridge_does_not_run(server: StandIn, tmp_path: Path) -> None:
    given = settings(server)
    async with exposed(given, data=tmp_path) as tunnel, httpx.AsyncClient(trust_env=False, verify=False) as http:
        assert (await http.get(f"{tunnel.url}/healthz")).status_code == 200
        assert (await http.post(f"{tunnel.url}/events")).status_code == 502
        assert (await http.get(f"{tunnel.url}/emulator/calls")).status_code == 404
        found = await reached(tunnel, given)
        assert found.sentence == f"nobody listens on port {given.bridge.port} of this machine"
        start = f"`voiceagent serve --port {given.bridge.port} --public-url {tunnel.url}`"
        assert found.remedy == f"{start} starts the bridge there"


async def test_what_listens_there_and_is_no_bridge_is_judged_from_outside(server: StandIn, tmp_path: Path) -> None:
    async def nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    other = await asyncio.start_server(nothing, "127.0.0.1", 0)
    given = settings(server, port=other.sockets[0].getsockname()[1])
    async with other, exposed(given, data=tmp_path) as tunnel:
        assert "does not answer Event Grid's handshake: status 502" in (await reached(tunnel, given)).sentence


async def test_a_port_that_nobody_knows_and_a_tunnel_that_none_is(tmp_path: Path) -> None:
    for given, words in ((settings(port=0), "bridge.port is 0"), (settings(tunnel="none"), "bridge.tunnel is none")):
        with pytest.raises(UserError, match=words):
            await exposed(given, data=tmp_path).__aenter__()


async def test_auto_without_a_project_takes_what_is_set_up_or_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no tunnel is set up"):
        await exposed(settings(), data=tmp_path).__aenter__()


def test_what_could_be_opened_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    given = Settings.model_validate({"tunnel": {"ngrok_token": "t", "ssh": "me@host"}})
    found = {one.name: one for one in ways(given)}
    assert list(found) == ["relay", "ngrok", "ssh", "devtunnel", "localhost.run", "pinggy"]
    assert [name for name, one in found.items() if one.lacks] == ["relay", "devtunnel"]
    assert all(one.remedy for one in found.values() if one.lacks)


def test_without_its_library_none_over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "asyncssh", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    given = Settings.model_validate({"tunnel": {"ngrok_token": "t", "ssh": "me@host"}})
    lacking = {one.name: one.remedy for one in ways(given) if one.name in ("ssh", "localhost.run", "pinggy", "ngrok")}
    assert lacking == {
        "ngrok": "pip install ngrok",
        **dict.fromkeys(("ssh", "localhost.run", "pinggy"), "pip install 'voiceagent-workbench[tunnel]'"),
    }
