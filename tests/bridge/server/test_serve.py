"""Serving: which settings are fit for it, and coming up and going down in good order."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.agent.project import AgentProject, load_project
from voiceagent.config.schema import Settings
from voiceagent.config.secrets import wrapped
from voiceagent.engines.credentials import EntraToken
from voiceagent.errors import UserError
from voiceagent.server.observers import observing
from voiceagent.server.serve import (
    Beside,
    Ready,
    acs_tokens,
    check,
    engine_budget,
    engine_connection,
    engine_factory,
    engine_name,
    serve,
    tell_unsent,
)

LOCAL = {
    "acs": {"connection_string": "endpoint=http://127.0.0.1:9;accesskey=a2V5PQ==", "resource_id": "r"},
    "engine": {"endpoint": "http://127.0.0.1:9", "api_key": "an-engine-key"},
    "bridge": {"port": 0},
}


def project(folder: Path, *more: Mapping[str, Any]) -> AgentProject:
    (folder / "prompt.md").write_text("A test.")
    given: dict[str, Any] = {name: dict(section) for name, section in LOCAL.items()}
    for sections in more:
        for name, section in sections.items():
            given[name] = {**given.get(name, {}), **section}
    return load_project(folder, wrapped(Settings.model_validate(given)))


async def test_it_comes_up_tells_where_and_goes_down(tmp_path: Path) -> None:
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(project(tmp_path), on_ready=up.set_result, stop=stop))
        ready: Ready = await asyncio.wait_for(up, 5)
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{ready.public_url}/readyz")).json() == {"ready": True, "calls": 0}
        stop.set()
    assert ready == Ready(ready.port, f"http://127.0.0.1:{ready.port}", "local", "agent", "embedded", ready.dial)


async def test_the_keys_of_whoever_signs_are_at_hand_before_the_first_call(tmp_path: Path) -> None:
    """Those of the telephony service, and those of Entra where deliveries are signed by it: a phone that rings cannot wait."""
    stop, up, fetched = asyncio.Event(), asyncio.get_running_loop().create_future(), asyncio.Event()
    asked: set[bytes] = set()

    async def keys(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.add((await reader.readline()).split()[1])
        writer.close()
        if len(asked) == 2:
            fetched.set()

    async with await asyncio.start_server(keys, "127.0.0.1", 0) as server:
        where = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        entra = {"event_grid": {"entra_tenant_id": "t", "entra_app_id": "app", "entra_authority": where}}
        served = project(tmp_path, {"acs": {"jwks_url": f"{where}/keys"}, "cloud": entra})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(served, on_ready=up.set_result, stop=stop))
            await asyncio.wait_for(fetched.wait(), 5)
            stop.set()
    assert asked == {b"/keys", b"/t/discovery/v2.0/keys"}


async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="cannot be used"):
            await serve(
                project(tmp_path, {"bridge": {"port": taken.getsockname()[1]}}), on_ready=lambda _: None, stop=asyncio.Event()
            )


@pytest.mark.parametrize("broken", ["unreadable", "unfit", ""])
async def test_a_saved_change_is_loaded_or_complained_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    stop, up, saved = asyncio.Event(), asyncio.get_running_loop().create_future(), asyncio.Event()
    first = project(tmp_path)

    async def saves(*_: Any, **__: Any) -> AsyncIterator[set[Any]]:
        await saved.wait()
        yield {(2, str(tmp_path / "prompt.md"))}
        await stop.wait()

    monkeypatch.setattr("watchfiles.awatch", saves)

    def reload() -> AgentProject:
        if broken == "unreadable":
            raise UserError("acs. is nothing but commas", remedy="mend it")
        if broken == "unfit":
            return project(tmp_path, {"acs": {"resource_id": ""}})
        return project_again(tmp_path)

    with observing(first, engine="embedded") as observers, observers.feed.subscribe() as items:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(first, observers=observers, reload=reload, on_ready=up.set_result, stop=stop))
            await asyncio.wait_for(up, 5)
            (tmp_path / "prompt.md").write_text("Another prompt.")
            saved.set()
            item = await asyncio.wait_for(anext(items), 5)
            stop.set()
    if broken:
        assert (item["kind"], item["sentence"][:4], bool(item["remedy"])) == ("reload_failed", "acs.", True)
    else:
        assert (item["kind"], item["needs_restart"]) == ("reloaded", "")


async def test_each_further_agent_is_fit_as_well_and_named_when_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    phone = {"transfer": {"targets": {"desk": {"phone_number": "+14255550123"}}}, "agent": {"numbers": ["+14255550101"]}}
    other = project(tmp_path / "desk", phone)
    with observing(other, engine="embedded") as observers, pytest.raises(UserError, match=r"^desk: transfer.targets.desk is"):
        await serve(project(tmp_path), others=[Beside(other, observers)], on_ready=lambda _: None, stop=asyncio.Event())


async def test_agents_that_cannot_be_told_apart_are_not_served(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    other = project(tmp_path / "desk")
    with observing(other, engine="embedded") as observers, pytest.raises(UserError, match="both named agent"):
        await serve(project(tmp_path), others=[Beside(other, observers)], on_ready=lambda _: None, stop=asyncio.Event())


def project_again(folder: Path) -> AgentProject:
    return load_project(folder, wrapped(Settings.model_validate(LOCAL)))


@pytest.mark.parametrize(
    ("sections", "what", "remedy"),
    [
        ({"acs": {"connection_string": ""}}, "no telephony", "ACS_CONNECTION_STRING"),
        ({"acs": {"connection_string": "nonsense"}}, "not of the form", "Keys"),
        ({"engine": {"endpoint": ""}}, "no engine", "AZURE_VOICELIVE_ENDPOINT"),
        ({"acs": {"resource_id": ""}}, "acs.resource_id is empty", "ACS_AUDIENCE"),
        ({"acs": {"connection_string": "", "endpoint": "https://x.communication.azure.com"}}, "public_url is empty", "tunnel"),
        (
            {"acs": {"connection_string": "", "endpoint": "https://x"}, "bridge": {"public_url": "http://x"}},
            "public_url is http://x",
            "tunnel",
        ),
        (
            {"acs": {"connection_string": "", "endpoint": "https://x"}, "bridge": {"public_url": "https://us"}},
            "event_secret is empty",
            "x-voiceagent-secret",
        ),
        (
            {"transfer": {"targets": {"desk": {"phone_number": "+14255550123"}}}},
            "targets.desk is a telephone",
            "ACS_SOURCE_PHONE",
        ),
        ({"bridge": {"audio_format": "pcm16k"}, "agent": {"voice": "alloy"}}, "24 kHz only", "pcm24k"),
    ],
)
def test_unfit_settings_are_told_with_their_remedy(tmp_path: Path, sections: Any, what: str, remedy: str) -> None:
    with pytest.raises(UserError, match=what) as error:
        check(project(tmp_path, sections))
    assert remedy in error.value.remedy


def test_fit_settings_name_the_resource(tmp_path: Path) -> None:
    assert check(project(tmp_path)).endpoint == "http://127.0.0.1:9"
    acs = {"connection_string": "", "endpoint": "https://x/", "event_secret": "s"}
    entra = {"acs": acs, "bridge": {"public_url": "https://us"}}
    address = check(project(tmp_path, entra))
    assert (address.endpoint, bool(address.access_key)) == ("https://x", False)


def test_unverified_is_warned_of_at_every_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert acs_tokens(project(tmp_path)) is not None
    assert caplog.text == ""
    assert acs_tokens(project(tmp_path, {"bridge": {"verification": "unverified"}})) is None
    assert "whoever learns a call's address" in caplog.text


def test_tools_that_an_agent_of_foundry_never_hears_of_are_told_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "tools.py").write_text(
        'from voiceagent import tool\n\n@tool\ndef opening_hours() -> str:\n    """When we are open."""\n    return "nine"\n'
    )
    azure = {"kind": "voice-live", "endpoint": "https://x.services.ai.azure.com"}
    tell_unsent(project(tmp_path, {"engine": azure}))
    assert caplog.text == ""
    agent = {**azure, "agent": {"name": "front-desk", "project": "p"}}
    tell_unsent(project(tmp_path, {"engine": agent, "transfer": {"targets": {"sales": {"phone_number": "+14255550100"}}}}))
    assert "not sent: opening_hours, end_call, request_transfer" in caplog.text


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ({}, "embedded"),
        ({"kind": "voice-live"}, "voice-live"),
        ({"kind": "embedded", "endpoint": "https://x"}, "embedded"),
        ({"endpoint": "https://x.services.ai.azure.com"}, "voice-live"),
    ],
)
def test_the_engine_is_named_for_people(tmp_path: Path, engine: Any, name: str) -> None:
    assert engine_name(project(tmp_path, {"engine": engine})) == name


@pytest.mark.parametrize(
    ("sections", "per_minute"),
    [
        ({}, None),
        ({"engine": {"kind": "voice-live"}}, None),
        ({"engine": {"endpoint": "https://x.services.ai.azure.com"}}, 30),
        ({"engine": {"endpoint": "https://x"}, "limits": {"engine_connections_per_minute": 90}}, 90),
        ({"limits": {"engine_connections_per_minute": 2}}, 2),
    ],
)
def test_the_engines_quota_is_azures_unless_told_otherwise(tmp_path: Path, sections: Any, per_minute: int | None) -> None:
    budget = engine_budget(project(tmp_path, sections))
    if per_minute is None:
        assert budget is None
    else:
        assert budget is not None
        booked = [budget.book(0, going_on=True) for _ in range(per_minute + 1)]
        assert booked == [0.0] * per_minute + [None]


async def test_the_engines_key_is_used_and_not_shown(tmp_path: Path) -> None:
    connection = engine_connection(project(tmp_path))
    assert await connection.headers() == {"api-key": "an-engine-key"}
    assert "an-engine-key" not in repr(connection)
    assert connection.short_path


async def test_without_a_key_the_token_is_used(tmp_path: Path) -> None:
    token = EntraToken("scope", make_credential=lambda: 1 / 0)  # type: ignore[arg-type,return-value]  # never asked
    connection = engine_connection(project(tmp_path, {"engine": {"api_key": ""}}), token)
    assert connection.bearer is token
    assert callable(engine_factory(token))
