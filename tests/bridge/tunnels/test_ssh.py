"""What `ssh:USER@HOST[:PORT]` and the settings mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.testing.ssh import StandIn, running
from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.ssh import server_of, way


def settings(**tunnel: Any) -> Settings:
    return Settings.model_validate({"tunnel": tunnel})


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("me@ssh.example", ("me", "ssh.example", 22)),
        ("me@ssh.example:2222", ("me", "ssh.example", 2222)),
        ("me@192.0.2.1:443", ("me", "192.0.2.1", 443)),
        ("me@[2001:db8::1]", ("me", "2001:db8::1", 22)),
        ("me@[2001:db8::1]:2222", ("me", "2001:db8::1", 2222)),
    ],
)
def test_the_server(target: str, meant: tuple[str, str, int], tmp_path: Path) -> None:
    server = server_of(target, settings(ssh_listen=":8080", ssh_key="id"), HostKeys(tmp_path / "known"))
    assert (server.user, server.host, server.port) == meant
    assert (server.listen_host, server.listen_port, server.key_file) == ("", 8080, "id")


@pytest.mark.parametrize(
    "target", ["", "ssh.example", "me@", "@ssh.example", "me@host:port", "me@host:99999", "me@ho st", "me@a:1:2"]
)
def test_no_server(target: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no SSH server") as caught:
        server_of(target, settings(), HostKeys(tmp_path / "known"))
    assert "ssh:USER@HOST" in caught.value.remedy


@pytest.mark.parametrize("listen", ["8080", "host", "host:99999", "a:b:c"])
def test_no_place_to_listen(listen: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ssh_listen is"):
        server_of("me@host", settings(ssh_listen=listen), HostKeys(tmp_path / "known"))


@pytest.mark.parametrize("public_url", ["https://agent.example/", ""])
async def test_its_address_is_the_given_one_or_its_port(public_url: str, tmp_path: Path) -> None:
    async with running(StandIn(tmp_path / "server")) as stand_in:
        target = f"me@127.0.0.1:{stand_in.port}"
        server = server_of(target, settings(ssh_key=stand_in.key_file), HostKeys(tmp_path / "known"))
        async with way(server, public_url, 1) as link:
            assert link.address.url == (public_url.rstrip("/") or f"http://127.0.0.1:{link.port}")
