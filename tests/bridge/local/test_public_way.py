"""A bridge behind a tunnel: reached through it, announced there, moved with it, and put back where it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.config.schema import Settings
from voiceagent.emulators.relay.serve import RelayEmulator
from voiceagent.emulators.together import Emulators as Together
from voiceagent.errors import RemoteError, UserError
from voiceagent.local import bridge as module
from voiceagent.local.announcing import All
from voiceagent.local.bridge import Bridge, bridge
from voiceagent.local.emulators import Emulators
from voiceagent.local.phone import Phone
from voiceagent.local.public_way import is_real_phone, led_here, public_way, restored
from voiceagent.observe.feed import Item
from voiceagent.server.serve import Ready
from voiceagent.testing.ssh import OnLoopback, SshdOnLoopback, StandIn, find_sshd, running

needs_sshd = pytest.mark.skipif(find_sshd() is None, reason="OpenSSH's server is not here: apt-get install openssh-server")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("voiceagent.tunnels.kept.PAUSES_SECONDS", (0.01,))
    monkeypatch.setattr("voiceagent.local.public_way.AGAIN_SECONDS", 0.01)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    @asynccontextmanager
    async def emulators(which: Any, *, project: Path, extra: Any, told: Any = None) -> AsyncIterator[Emulators]:
        async with Together(which, answers="scripted") as together:
            yield Emulators(together.env(), together.facts())

    monkeypatch.setattr(module, "emulators", emulators)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with running(StandIn(tmp_path / "server")) as made:
        assert isinstance(made, StandIn)
        yield made


def flags(server: OnLoopback) -> dict[str, Any]:
    return {
        "bridge.port": 0,
        "bridge.tunnel": f"ssh:{server.user}@127.0.0.1:{server.port}",
        "tunnel.ssh_key": server.key_file,
    }


async def subscribed(served: Bridge) -> str:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await Phone(http, served.running.emulator_url).subscribed()


async def until(items: Any, state: str) -> Item:
    async with asyncio.timeout(10):
        async for item in items:
            if item["kind"] == "tunnel" and item["state"] == state:
                return item
    raise AssertionError(state)


async def test_calls_are_announced_at_its_address_it_moves_and_only_public_routes_pass(project: Path, server: StandIn) -> None:
    said: list[str] = []
    async with bridge(project, flags=flags(server), say=said.append) as served, httpx.AsyncClient(trust_env=False) as http:
        url = served.ready.public_url
        assert served.tunnel is not None
        assert (served.tunnel.url, str(served.ready.port) in url) == (url, False)
        assert await subscribed(served) == f"{url}/events"
        assert (await http.get(f"{url}/readyz")).status_code == 200
        for path in ("/", "/api/calls", "/emulator/calls", "/feed"):
            assert (await http.get(f"{url}{path}")).status_code == 404
        await moved(served, server)
    assert [one.split(" is new here")[0] for one in said] == [
        "Starting the emulators ...",
        "Opening the tunnel ssh ...",
        f"[127.0.0.1]:{server.port}",
    ]


async def moved(served: Bridge, server: StandIn) -> None:
    """The tunnel was cut, and is another one now."""
    before = served.ready.public_url
    with served.feed.subscribe() as items:
        await server.cut()
        assert "ended" in (await until(items, "lost"))["why"]
        await server.start()
        restored = await until(items, "restored")
        assert restored["public_url"] not in ("", before)
        assert {"round_trip_ms", "after_ms"} <= set(restored)
        pointed = {"kind": "tunnel", "state": "pointed", "public_url": restored["public_url"]}
        assert await until(items, "pointed") == pointed
    assert await subscribed(served) == f"{restored['public_url']}/events"


async def _called(served: Bridge) -> dict[str, Any]:
    """A call from the emulated phone; returns what the phone saw when it was answered and heard something."""
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as http, asyncio.timeout(15):
        phone = Phone(http, served.running.emulator_url)
        placed = await phone.place_call({"steps": [], "hang_up_after": False})
        with served.feed.subscribe(recent=True) as items:
            async for item in items:
                if item.get("note") == "PhaseNoted" and item["phase"] == "first_audio":
                    break
        seen = await phone.look(placed["call_id"])
        await phone.hang_up(placed["call_id"])
        return seen


@pytest.mark.parametrize("kind", [pytest.param(SshdOnLoopback, marks=needs_sshd), StandIn])
async def test_a_call_rings_is_answered_and_has_sound_through_it(kind: Any, project: Path, tmp_path: Path) -> None:
    async with running(kind(tmp_path / "ssh")) as server, bridge(project, flags=flags(server)) as served:
        with served.feed.subscribe() as items:
            await _called(served)
            served.feed.close()
            notes = [item.get("note") for item in [one async for one in items]]
        assert "CallBeganNoted" in notes
        assert served.tunnel is not None
        # The bridge hands out nothing but the tunnel's address, so sound came through it.
        assert served.ready.public_url == served.tunnel.url


async def test_a_call_has_sound_through_a_relay_which_has_an_address_of_its_own_for_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with RelayEmulator() as relay:
        monkeypatch.setenv("AZURE_RELAY_CONNECTION_STRING", relay.connection_string)
        async with bridge(project, flags={"bridge.port": 0, "bridge.tunnel": "relay"}) as served:
            assert served.ready.public_url == relay.place.url
            assert await subscribed(served) == f"{relay.place.url}/events"
            await _called(served)


async def test_what_cannot_be_pointed_is_told_and_tried_again(server: StandIn, tmp_path: Path) -> None:
    class Moody:
        def __init__(self) -> None:
            self.asked: list[str] = []
            self.refusals = 0

        async def point(self, url: str) -> None:
            self.asked.append(url)
            if self.refusals:
                self.refusals -= 1
                raise RemoteError("not now", service="Event Grid", remedy="wait")

        async def restore(self) -> None:
            raise RemoteError("it is gone", service="Event Grid")

    moody, told, said = Moody(), asyncio.Queue[Item](), list[str]()
    settings = Settings.model_validate(
        {"bridge": {"tunnel": flags(server)["bridge.tunnel"]}, "tunnel": {"ssh_key": server.key_file}}
    )
    told_to: list[str] = []
    ready = Ready(1, "", "local", "a", "e", move=lambda address: told_to.append(address.url), app=_healthy)
    async with public_way(settings, data=tmp_path) as way:
        assert way is not None
        async with led_here(way, ready, All([moody]), secret="", publish=told.put_nowait, say=said.append):
            moody.refusals = 2
            await server.cut()
            await server.start()
            states = [await _next(told) for _ in range(4)]
    assert [one["state"] for one in states] == ["lost", "restored", "not_pointed", "pointed"]
    assert (states[2]["sentence"], states[2]["remedy"]) == ("not now", "wait")
    assert moody.asked == [told_to[0], *[told_to[1]] * 3]
    assert said[0].startswith("Warning: ")  # that application takes no events
    assert said[1:] == [
        "Warning: calls could not be announced where they were before: it is gone.",
        "Next: `voiceagent provision events list` tells where they are announced.",
    ]


@pytest.mark.parametrize(
    ("error", "why", "remedy"),
    [
        (RemoteError("nobody there", service="Event Grid", remedy="serve again"), "nobody there", "serve again"),
        (UserError("another subscription", remedy="correct it"), "another subscription", "correct it"),
        (TimeoutError(), "no answer in time", "`voiceagent provision events list` tells where they are announced"),
        (KeyError("x"), "KeyError", "`voiceagent provision events list` tells where they are announced"),
    ],
)
async def test_what_cannot_be_put_back_is_told_and_ends_nothing(
    error: Exception, why: str, remedy: str, capfd: pytest.CaptureFixture[str]
) -> None:
    class Gone:
        async def point(self, url: str) -> None: ...

        async def restore(self) -> None:
            raise error

    said: list[str] = []
    await restored(All([Gone()]), said.append)
    assert said == [
        f"Warning: calls could not be announced where they were before: {why}.",
        f"Next: {remedy}.",
    ]
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_what_was_pointed_half_is_put_back(tmp_path: Path, server: StandIn) -> None:
    asked: list[str] = []

    class Half:
        async def point(self, url: str) -> None:
            asked.append("point")
            raise RemoteError("no rights", service="Event Grid")

        async def restore(self) -> None:
            asked.append("restore")

    settings = Settings.model_validate(
        {"bridge": {"tunnel": flags(server)["bridge.tunnel"]}, "tunnel": {"ssh_key": server.key_file}}
    )
    ready = Ready(1, "", "local", "a", "e", move=lambda _: None, app=_healthy)
    async with public_way(settings, data=tmp_path) as way:
        assert way is not None
        led = led_here(way, ready, All([Half()]), secret="", publish=print, say=asked.append)
        with pytest.raises(RemoteError, match="no rights"):
            await led.__aenter__()
    assert [one for one in asked if not one.startswith("Warning")] == ["point", "restore"]


async def _next(told: asyncio.Queue[Item]) -> Item:
    async with asyncio.timeout(10):
        return await told.get()


async def _healthy(scope: Any, receive: Any, send: Any) -> None:
    from starlette.responses import JSONResponse

    await JSONResponse({"ok": True})(scope, receive, send)


async def test_without_one_nothing_is_opened(tmp_path: Path) -> None:
    async with public_way(Settings(), data=tmp_path) as way:
        assert way is None


async def test_one_that_cannot_be_opened_is_raised(server: StandIn, tmp_path: Path) -> None:
    await server.cut()
    for tunnel, error in ((flags(server)["bridge.tunnel"], RemoteError), ("carrier-pigeon", UserError)):
        settings = Settings.model_validate({"bridge": {"tunnel": tunnel}, "tunnel": {"ssh_key": server.key_file}})
        with pytest.raises((error, ExceptionGroup)) as caught:
            await public_way(settings, data=tmp_path).__aenter__()
        assert isinstance(caught.value, error) or caught.group_contains(error)


async def test_a_tunnel_that_cannot_be_is_told_before_anything_starts(project: Path) -> None:
    said: list[str] = []
    with pytest.raises(UserError, match="is no tunnel"):
        await bridge(project, flags={"bridge.tunnel": "carrier-pigeon"}, say=said.append).__aenter__()
    assert said == []


def test_a_tunnel_in_the_settings_is_not_opened_for_an_emulated_phone() -> None:
    assert module._reachable({}, "all")["bridge.tunnel"] == "none"
    assert module._reachable({"bridge.tunnel": "ngrok"}, "acs")["bridge.tunnel"] == "ngrok"
    assert "bridge.tunnel" not in module._reachable({}, "voice-live")


@pytest.mark.parametrize(
    ("sections", "real"),
    [
        ({}, False),
        ({"acs": {"connection_string": "endpoint=https://x.communication.azure.com/;accesskey=k"}}, True),
        ({"acs": {"connection_string": "accesskey=k;Endpoint = http://127.0.0.1:1"}}, False),
        ({"acs": {"endpoint": "https://x", "emulator_url": "https://127.0.0.1:1"}}, False),
        ({"acs": {"endpoint": "https://x"}}, True),
        ({"twilio": {"account_sid": "AC"}}, True),
        ({"twilio": {"account_sid": "AC", "api_url": "http://127.0.0.1"}}, False),
    ],
)
def test_which_phones_are_real(sections: dict[str, Any], real: bool) -> None:
    assert is_real_phone(Settings.model_validate(sections)) is real
