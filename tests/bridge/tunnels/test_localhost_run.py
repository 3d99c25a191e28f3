"""The service that takes anybody: what it prints, as people have posted it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.testing.ssh import StandIn, running
from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.localhost_run import address_in, server, way

SAYS = """\
===============================================================================
Welcome to localhost.run!
Explore plans at https://localhost.run/docs/ or see https://admin.localhost.run/
** your connection id is 1b2c, please mention it if you send me a message about an issue. **
8beaa541ba3dc2.lhr.life tunneled with tls termination, https://8beaa541ba3dc2.lhr.life
create an account and add your key for a longer lasting domain name. see https://localhost.run/docs/forever-free/
"""


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("8beaa.lhr.life tunneled with tls termination, https://8beaa.lhr.life", "https://8beaa.lhr.life"),
        ("https://9b82.lhr.life tunneled with tls termination", "https://9b82.lhr.life"),
        ("see https://localhost.run/docs/forever-free/ for more information.", ""),
        ("", ""),
    ],
)
def test_the_address_in_a_line(line: str, address: str) -> None:
    assert address_in(line) == address


@pytest.mark.parametrize(("with_key", "user"), [(False, "nokey"), (True, "voiceagent")])
async def test_it_is_asked_without_a_key_or_with_the_one_of_an_account(with_key: bool, user: str, tmp_path: Path) -> None:
    async with running(StandIn(tmp_path / "service", open=not with_key, prints=SAYS)) as service:
        key = service.key_file if with_key else ""
        wanted = server(HostKeys(tmp_path / "known"), key, host="127.0.0.1", port=service.port)
        async with way(wanted, 1) as link:
            assert link.address.url == "https://8beaa541ba3dc2.lhr.life"
        assert isinstance(service, StandIn)
        assert service.seen == [user]


def test_the_service_is_the_real_one() -> None:
    real = server(HostKeys(Path("x")))
    assert (real.host, real.port, real.listen_port, real.own_keys) == ("localhost.run", 22, 80, False)
