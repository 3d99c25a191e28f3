"""From a choice to an open tunnel: one that carries a bridge, and the right file for each name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.emulators.relay.serve import RelayEmulator
from voiceagent.errors import RemoteError, UserError
from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.ssh import StandIn, running
from voiceagent.tunnels.choice import Choice
from voiceagent.tunnels.door import Door
from voiceagent.tunnels.opening import open_tunnel
from voiceagent.tunnels.probe import probe

DOOR = Door()


def opened(choice: Choice, tmp_path: Path, port: int = 1, app: Any = DOOR, **tunnel: Any) -> Any:
    settings = Settings.model_validate({"tunnel": tunnel})
    return open_tunnel(choice, settings, port, app=app, clock=ManualClock(), keys=tmp_path / "keys", home=tmp_path)


async def test_ssh_carries_a_bridge_and_remembers_the_server(port: int, tmp_path: Path) -> None:
    async with running(StandIn(tmp_path / "server")) as server:
        choice = Choice("ssh", f"me@127.0.0.1:{server.port}")
        async with opened(choice, tmp_path, port, ssh_key=server.key_file) as tunnel:
            assert tunnel.name == f"ssh:me@127.0.0.1:{server.port}"
            assert (await probe(tunnel.url, secret="the-event-secret")).ok
    assert f"[127.0.0.1]:{server.port} ssh-ed25519" in (tmp_path / "keys" / "known_hosts").read_text()


async def test_a_file_for_known_servers_is_the_only_one(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text("nonsense")
    async with running(StandIn(tmp_path / "server")) as server:
        choice, own = Choice("ssh", f"me@127.0.0.1:{server.port}"), tmp_path / "own"
        tunnel = opened(choice, tmp_path, ssh_key=server.key_file, known_hosts=str(own))
        tunnel._pause = _at_once
        with pytest.raises(RemoteError, match="cannot be reached"):  # nobody listens behind it
            await tunnel.__aenter__()
        assert own.exists()


async def _at_once(_: float) -> None:
    return


async def test_relay_hands_over_to_the_application(bridge: Bridge, tmp_path: Path) -> None:
    async with (
        RelayEmulator() as relay,
        opened(Choice("relay"), tmp_path, app=Door(build_app(bridge)), relay=relay.connection_string) as tunnel,
    ):
        assert tunnel.url == relay.place.url
        assert (await probe(tunnel.address, secret="the-event-secret")).ok


@pytest.mark.parametrize(("choice", "words"), [(Choice("relay"), "has no Endpoint"), (Choice("ssh", "x"), "no SSH server")])
def test_settings_that_cannot_be_are_told_before_anything_opens(choice: Choice, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=words):
        opened(choice, tmp_path)


@pytest.mark.parametrize(
    ("name", "module"),
    [("localhost.run", "ssh_link"), ("pinggy", "ssh_link"), ("ngrok", "child_link"), ("devtunnel", "child_link")],
)
def test_each_name_has_its_file(name: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    file = name.replace(".", "_")
    monkeypatch.setattr(f"voiceagent.tunnels.{file}.{module}", lambda *_, **__: asked.append(name))
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/devtunnel")
    opened(Choice(name), tmp_path)._way()
    assert asked == [name]
