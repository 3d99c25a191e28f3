"""A bridge of one's own: with emulators for what is missing, and for the phone when it must be emulated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from voiceagent.emulators.together import Emulators as Together
from voiceagent.errors import RemoteError, UserError
from voiceagent.local import bridge as module
from voiceagent.local.bridge import bridge
from voiceagent.local.emulators import Emulators
from voiceagent.local.phone import Phone


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Emulators in this process, without models; the list tells which were asked for."""
    asked: list[str] = []

    @asynccontextmanager
    async def emulators(which: Any, *, project: Path, extra: Any, told: Any = None) -> AsyncIterator[Emulators]:
        asked.append(which)
        async with Together(which, answers="scripted") as together:
            yield Emulators(together.env(), together.facts())

    monkeypatch.setattr(module, "emulators", emulators)
    return asked


async def test_without_azure_everything_is_emulated_and_subscribed(project: Path, asked: list[str]) -> None:
    import httpx

    said: list[str] = []
    async with bridge(project, flags={"bridge.port": 0}, say=said.append) as served, httpx.AsyncClient(trust_env=False) as http:
        assert (served.emulated, served.ready.mode, served.ready.engine) == ("all", "local", "embedded")
        told = (await http.get(f"{served.running.emulator_url}/emulator/subscription")).json()
        assert told["endpoint"] == f"http://127.0.0.1:{served.ready.port}/events"
        health = await http.get(f"{served.ready.public_url}/readyz")
        assert health.status_code == 200
    assert asked == ["all"]
    assert said == ["Starting the emulators ..."]


async def test_a_tunnels_address_is_not_used_for_an_emulated_phone(
    project: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEAGENT_PUBLIC_URL", "https://far.away")
    async with bridge(project, flags={"bridge.port": 0}) as served:
        assert served.ready.public_url == f"http://127.0.0.1:{served.ready.port}"


async def test_it_is_rung_where_it_listens(project: Path, asked: list[str]) -> None:
    import httpx

    flags = {"bridge.port": 0, "bridge.host": "localhost"}
    async with bridge(project, flags=flags) as served, httpx.AsyncClient(trust_env=False) as http:
        told = (await http.get(f"{served.running.emulator_url}/emulator/subscription")).json()
        assert told["endpoint"] == f"http://localhost:{served.ready.port}/events"


async def test_a_secret_that_others_were_told_is_kept(project: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    monkeypatch.setenv("VOICEAGENT_EVENT_SECRET", "known-to-another-command")
    async with bridge(project, flags={"bridge.port": 0}) as served, httpx.AsyncClient(trust_env=False) as http:
        phone = Phone(http, served.running.emulator_url)
        await phone.subscribe(f"{served.ready.public_url}/events", secret="known-to-another-command")
        with pytest.raises(RemoteError, match="401"):
            await phone.subscribe(f"{served.ready.public_url}/events", secret="another")


async def test_emulators_that_run_already_are_used(project: Path, asked: list[str]) -> None:
    async with Together("all", answers="scripted") as together:
        beside = Emulators(together.env(), together.facts())
        async with bridge(project, flags={"bridge.port": 0}, beside=beside) as served:
            assert served.running.emulator_url == beside.phone_url
    assert asked == []


async def test_emulators_that_the_settings_name_are_used_and_subscribed_to(
    project: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    async with Together("all", answers="scripted") as together:
        for name, value in together.env().items():
            monkeypatch.setenv(name, value)
        async with (
            bridge(project, flags={"bridge.port": 0}, phone=True) as served,
            httpx.AsyncClient(trust_env=False) as http,
        ):
            told = (await http.get(f"{served.running.emulator_url}/emulator/subscription")).json()
            assert told["endpoint"] == f"http://127.0.0.1:{served.ready.port}/events"
            assert served.emulated == ""
    assert asked == []


async def test_strangers_cannot_ring_it(project: Path, asked: list[str]) -> None:
    import httpx

    async with bridge(project, flags={"bridge.port": 0}) as served, httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{served.ready.public_url}/events", json=[])
        assert answer.status_code in (401, 403)


async def test_settings_that_cannot_serve_are_told_before_anything_starts(project: Path, asked: list[str]) -> None:
    with pytest.raises(UserError):
        async with bridge(project, flags={"limits.max_calls": 0}):
            pass
    assert asked == []


async def test_a_port_in_use_is_told(project: Path, asked: list[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ExceptionGroup) as told:
        async with bridge(project, flags={"bridge.port": taken.getsockname()[1]}):
            pass
    assert told.group_contains(UserError)


async def test_a_further_project_answers_its_numbers_with_an_engine_of_its_own(project: Path, asked: list[str]) -> None:
    import shutil

    import httpx

    beside = project.parent / "beside"
    shutil.copytree(project, beside)
    settings = (beside / "voiceagent.toml").read_text()
    (beside / "voiceagent.toml").write_text(
        settings.replace('name = "orders"', 'name = "beside"\nnumbers = ["+14255550102"]', 1)
    )
    said: list[str] = []
    async with bridge(project, flags={"bridge.port": 0}, say=said.append, also=[beside]) as served:
        assert (served.ready.agent, asked) == ("orders, beside", ["all", "voice-live"])
        assert said[1] == f"Starting an engine for {beside} ..."
        async with httpx.AsyncClient(trust_env=False) as http:
            phone = Phone(http, served.running.emulator_url)
            placed = await phone.place_call({"to": "+14255550102", "steps": [], "hang_up_after": False})
            async for line in phone.follow(placed["call_id"]):
                if line["kind"] == "answered":
                    await phone.hang_up(placed["call_id"])
    assert list((beside / "captures").glob("*.report.json"))
    assert not (project / "captures").exists() or not list((project / "captures").glob("*.report.json"))
