"""Pinggy: what it prints, as people have posted it, and which of its servers is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.testing.ssh import StandIn, running
from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.pinggy import address_in, server, way

SAYS = """\
You are not authenticated.
Your tunnel will expire in 60 minutes. Upgrade to Pinggy Pro to get unrestricted tunnels. https://dashboard.pinggy.io

http://rnfsl-192-0-2-1.a.free.pinggy.link
https://rnfsl-192-0-2-1.a.free.pinggy.link
"""


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("https://rnfsl-192-0-2-1.a.free.pinggy.link", "https://rnfsl-192-0-2-1.a.free.pinggy.link"),
        ("https://kdnfx-192-0-2-1.free.pinggy.net/", "https://kdnfx-192-0-2-1.free.pinggy.net"),
        ("https://phone.example.com", "https://phone.example.com"),
        ("http://rnfsl-192-0-2-1.a.free.pinggy.link", ""),
        ("https://dashboard.pinggy.io", ""),
        ("Upgrade to Pinggy Pro: https://pinggy.io/pro", ""),
    ],
)
def test_the_address_in_a_line(line: str, address: str) -> None:
    assert address_in(line) == address


@pytest.mark.parametrize(("token", "user"), [("", "voiceagent"), ("a-token", "a-token")])
async def test_the_token_is_who_asks(token: str, user: str, tmp_path: Path) -> None:
    async with running(StandIn(tmp_path / "service", open=True, prints=SAYS)) as service:
        wanted = server(HostKeys(tmp_path / "known"), token, host="127.0.0.1", port=service.port)
        async with way(wanted, 1) as link:
            assert link.address.url == "https://rnfsl-192-0-2-1.a.free.pinggy.link"
        assert isinstance(service, StandIn)
        assert service.seen == [user]


def test_who_pays_asks_elsewhere() -> None:
    keys = HostKeys(Path("x"))
    assert [server(keys, token).host for token in ("", "t")] == ["free.pinggy.io", "pro.pinggy.io"]
    assert server(keys).port == 443
