"""The public address, asked from outside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor import public
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.emulators.certificates import Authority, open_authority
from voiceagent.local.running import Running
from voiceagent.tunnels.probe import Reached

ACS = {"ACS_CONNECTION_STRING": "endpoint=https://acs.example;accesskey=Zm9v"}


def around(url: str = "", **environ: str) -> Surroundings:
    return Surroundings(Path(), load_settings(None, environ={**({"VOICEAGENT_PUBLIC_URL": url} if url else {}), **environ}))


def test_whether_one_is_needed_and_there() -> None:
    assert public.address(around()).status == "skipped"
    assert public.address(around(**ACS, VOICEAGENT_EMULATOR_URL="http://127.0.0.1:1")).status == "skipped"
    assert public.address(around(**ACS)).code == "no_public_url"
    assert public.address(around("https://b.example", **ACS)).status == "ok"
    twilio = around(TWILIO_ACCOUNT_SID="AC" + "0" * 32, TWILIO_AUTH_TOKEN="t")
    assert public.address(twilio).detail == "Twilio has no way to reach this bridge: bridge.public_url is empty"


def test_a_tunnel_that_serve_would_open() -> None:
    assert public.address(around(**ACS, NGROK_AUTHTOKEN="canary")).status == "skipped"
    assert public.address(around(**ACS, VOICEAGENT_TUNNEL="none")).code == "no_public_url"
    assert public.address(around(**ACS, VOICEAGENT_TUNNEL="relay")).code == "tunnel_not_set_up"


def test_the_bridge_that_runs_knows_best() -> None:
    look = around("https://old.example", **ACS)
    look.notes["running"] = Running(1, 1, "", "", "t", public_url="https://new.example")
    assert public.address(look).detail == "https://new.example (of the bridge that runs)"
    look.notes["running"] = Running(1, 8080, "", "", "t", public_url="http://127.0.0.1:9000")
    assert public.address(look).detail == "http://127.0.0.1:9000 (of the bridge that runs)", "a tunnel that ends here"
    look.notes["running"] = Running(1, 8080, "", "", "t", public_url="http://127.0.0.1:8080")
    assert "https://old.example" in public.address(look).detail, (
        "its own port is where emulated phones reach it, and no one else"
    )


async def test_an_address_of_yesterday_beside_the_bridge_that_runs() -> None:
    assert (await public.set_address(around(**ACS))).status == "skipped"
    assert (await public.set_address(around("http://127.0.0.1:1", **ACS))).status == "skipped", "looked at by the others"
    look = around("http://127.0.0.1:1", **ACS)
    look.notes["running"] = Running(1, 1, "", "", "t", public_url="https://new.example")
    found = await public.set_address(look)
    assert (found.code, found.status) == ("set_address_dead", "warning")
    assert "http://127.0.0.1:1" in found.detail
    assert "https://new.example" in found.detail


async def test_a_relay_has_another_address_for_sockets() -> None:
    assert (await public.media(around("https://ns.servicebus.windows.net/x"))).status == "skipped"


@asynccontextmanager
async def a_tls_server(authority: Authority, *, made: timedelta = timedelta()) -> AsyncIterator[int]:
    async def ignore(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    context = authority.server_context(now=lambda: datetime.now(UTC) - made)
    server = await asyncio.start_server(ignore, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return open_authority(tmp_path / "authority", now=datetime.now(UTC) - timedelta(days=100))


async def test_a_certificate_nobody_vouches_for(authority: Authority) -> None:
    async with a_tls_server(authority) as port:
        found = await public.certificate(around(f"https://localhost:{port}"))
    assert found.code == "certificate_untrusted"


async def test_one_that_ends_soon_one_that_has_ended(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    async with a_tls_server(authority) as port:
        assert (await public.certificate(around(f"https://localhost:{port}"))).code == "certificate_expires"
    async with a_tls_server(authority, made=timedelta(days=60)) as port:
        assert (await public.certificate(around(f"https://localhost:{port}"))).code == "certificate_expired"


async def test_one_for_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = open_authority(tmp_path / "other", names=("127.0.0.1",))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    async with a_tls_server(authority) as port:
        assert (await public.certificate(around(f"https://localhost:{port}"))).code == "certificate_other_name"


async def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert (await public.certificate(around(f"https://127.0.0.1:{port}"))).code == "public_unreachable"
    assert (await public.certificate(around("http://127.0.0.1:1"))).status == "skipped"

    async def unknown(*_: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(public, "_peer_certificate", unknown)
    assert (await public.certificate(around("https://gone.example"))).code == "public_host_unknown"


@pytest.mark.parametrize(
    ("reached", "codes"),
    [
        (Reached("https://b", 12.0, "answered", "reached"), ("", "", "")),
        (Reached("https://b", 12.0, "guarded", "reached"), ("", "", "")),
        (Reached("https://b", 900.0, "answered", "reached"), ("public_round_trip", "", "")),
        (
            Reached("https://b", sentence="https://b/healthz answers 502"),
            ("public_unreachable", "handshake_not_answered", "media_upgrade_lost"),
        ),
        (
            Reached("https://b", sentence="https://b cannot be reached: [Errno -2] Name or service not known"),
            ("public_host_unknown", "handshake_not_answered", "media_upgrade_lost"),
        ),
        (
            Reached("https://b", 12.0, sentence="https://b/events refuses the event secret that is set here (401)"),
            ("", "public_secret_differs", "media_upgrade_lost"),
        ),
        (Reached("https://b", 12.0, sentence="no handshake"), ("", "handshake_not_answered", "media_upgrade_lost")),
        (Reached("https://b", 12.0, "answered", sentence="no WebSocket"), ("", "", "media_upgrade_lost")),
    ],
)
async def test_what_the_probe_tells(reached: Reached, codes: tuple[str, str, str]) -> None:
    look = around("https://b")
    look.notes["reached"] = reached
    found = [await check(look) for check in (public.reachable, public.handshake, public.media)]
    assert tuple(one.code for one in found) == codes
