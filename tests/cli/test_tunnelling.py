"""A tunnel on the screen: its address as the result, whether the bridge answers, and what becomes of it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.load import Loaded, load_settings
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.tunnels.kept import Lost, Restored
from voiceagent.tunnels.probe import Reached
from voiceagent_cli.exits import Ended
from voiceagent_cli.terminal import Terminal
from voiceagent_cli.tunnelling import hold, item_of, list_ways, loaded_for

GOOD = Reached("https://x.example", 21.5, "answered", "reached")
BAD = Reached("https://x.example", 21.5, sentence="nobody takes events", remedy="start it")
NEWS = [Lost("it was cut"), Restored(PublicAddress("https://y.example"), 12.0, 1500)]


class StandInTunnel:
    name, url, round_trip_ms = "ssh:me@host", "https://x.example", 21.5
    address = PublicAddress(url)

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop

    async def changes(self) -> AsyncIterator[Any]:
        for change in NEWS:
            yield change
        self.stop.set()
        await asyncio.Event().wait()


@pytest.fixture
def loaded() -> Loaded:
    return load_settings(None, environ={})


async def held(loaded: Loaded, monkeypatch: pytest.MonkeyPatch, found: Reached, **how: Any) -> tuple[str, list[str]]:
    stop = asyncio.Event()

    @asynccontextmanager
    async def exposed(*_: Any, **__: Any) -> AsyncIterator[StandInTunnel]:
        yield StandInTunnel(stop)

    async def reached(*_: Any) -> Reached:
        return found

    monkeypatch.setattr("voiceagent.local.exposing.exposed", exposed)
    monkeypatch.setattr("voiceagent.local.exposing.reached", reached)
    out, err = io.StringIO(), io.StringIO()
    try:
        async with asyncio.timeout(5):
            await hold(loaded, Terminal(out, err), stop, **{"check": False, "as_json": False, **how})
    except Ended as ended:
        assert how["check"]
        return f"{out.getvalue()}{ended.code}", err.getvalue().splitlines()
    return out.getvalue(), err.getvalue().splitlines()


async def test_for_people_the_address_is_the_result(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = await held(loaded, monkeypatch, GOOD)
    assert out == "https://x.example\n"
    assert err == [
        "Tunnel ssh:me@host to port 8080: 21.5 ms there and back.",
        "The bridge answers through it: Event Grid's handshake and WebSockets come in.",
        "The tunnel is lost: it was cut. New calls cannot come; it is being made again.",
        "The tunnel is back after 1.5 s at https://y.example (12 ms there and back).",
        "Closing the tunnel.",
    ]


async def test_a_bridge_that_does_not_run_yet_is_told_how_to_start(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    _, err = await held(loaded, monkeypatch, BAD)
    assert err[1:3] == [
        "Not yet: nobody takes events; start it.",
        "Start the bridge:   voiceagent serve --port 8080 --public-url https://x.example",
    ]


async def test_the_command_that_starts_it_is_told_once(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = replace(
        BAD, sentence="nobody listens on port 8080", remedy="`voiceagent serve --port 8080` starts the bridge there"
    )
    _, err = await held(loaded, monkeypatch, nobody)
    assert [line for line in err if "voiceagent serve" in line] == [
        "Not yet: nobody listens on port 8080; `voiceagent serve --port 8080` starts the bridge there."
    ]


async def test_for_programs_a_line_when_it_is_open_and_one_per_change(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = await held(loaded, monkeypatch, GOOD, as_json=True)
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0] == {
        "ready": True,
        "public_url": "https://x.example",
        "name": "ssh:me@host",
        "port": 8080,
        "round_trip_ms": 21.5,
        "handshake": "answered",
        "media": "reached",
        "sentence": "",
        "remedy": "",
    }
    assert lines[1:] == [item_of(change) for change in NEWS]


@pytest.mark.parametrize(("found", "out"), [(GOOD, "https://x.example\n"), (BAD, "https://x.example\n1")])
async def test_a_check_is_over_at_once(found: Reached, out: str, loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await held(loaded, monkeypatch, found, check=True))[0] == out


@pytest.mark.parametrize("as_json", [False, True])
def test_what_could_be_opened(as_json: bool, loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    out = io.StringIO()
    list_ways(loaded, Terminal(out, io.StringIO()), as_json=as_json)
    if as_json:
        found = {one["name"]: one for one in json.loads(out.getvalue())["tunnels"]}
        assert found["pinggy"] == {"name": "pinggy", "ready": True, "lacks": "", "remedy": ""}
        assert not found["ngrok"]["ready"]
    else:
        assert "pinggy        could be opened\n" in out.getvalue()
        assert "ngrok         the tunnel ngrok cannot be opened: tunnel.ngrok_token is empty\n" in out.getvalue()


def test_settings_come_from_the_project_or_from_the_environment_alone(tmp_path: Path) -> None:
    assert loaded_for(tmp_path, {"bridge.port": 9}).settings.bridge.port == 9
    (tmp_path / "voiceagent.toml").write_text("[bridge]\nport = 7\n")
    assert loaded_for(tmp_path, {}).settings.bridge.port == 7
