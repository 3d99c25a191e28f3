"""Faults and findings of Voice Live's sessions, met by a real client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.emulators.voice_live.session_line import type_of

PATH = "/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\napi-key: k\r\n"
)


@asynccontextmanager
async def an_emulator(*, strict: bool = False) -> AsyncIterator[VoiceLiveEmulator]:
    script = Scripted([Turn(say="Hello there.", ms=2000), Turn(say="And again.", ms=500)])
    options = EmulatorOptions(delta_interval_ms=0)
    async with VoiceLiveEmulator(script, key="k", options=options, findings=Findings(strict=strict)) as emulator:
        yield emulator


@asynccontextmanager
async def a_client(emulator: VoiceLiveEmulator, path: str = PATH) -> AsyncIterator[ClientConnection]:
    address = emulator.endpoint.replace("http", "ws", 1) + path
    headers = {"api-key": "k", "user-agent": "an-app/2"}
    async with connect(address, additional_headers=headers, user_agent_header=None, compression=None, proxy=None) as client:
        yield client


async def until(client: ClientConnection, *kinds: str) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = []
    while not got or got[-1]["type"] not in kinds:
        got.append(json.loads(await client.recv()))
    return got


async def ask(client: ClientConnection) -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    await client.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await client.send(json.dumps({"type": "response.create"}))


def test_the_type_of_an_event() -> None:
    assert [type_of(frame) for frame in ('{"event_id":"e","type":"response.done"}', b'{"type": "error"}', "x")] == [
        "response.done",
        "error",
        "",
    ]


async def test_an_opening_hangs_for_as_long_as_the_client_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm("engine.hanging", {})
        reader, writer = await asyncio.open_connection("127.0.0.1", emulator.port)
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{UPGRADE}\r\n".encode())
        while not emulator.faults.happened:
            await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        now = loop.time
        monkeypatch.setattr(loop, "time", lambda: now() + 3600)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not reader.at_eof()
    writer.close()


@pytest.mark.parametrize(
    ("name", "written", "status", "retry"),
    [
        ("engine.throttled", {"retry_after_s": "3"}, 429, "3"),
        ("engine.throttled", {"retry_after_s": "none"}, 429, None),
        ("engine.refused", {"status": "503"}, 503, None),
    ],
)
async def test_a_session_is_refused(name: str, written: dict[str, str], status: int, retry: str | None) -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm(name, written)
        with pytest.raises(InvalidStatus) as refused:
            async with a_client(emulator):
                raise AssertionError("a fault lets nobody in")
        response = refused.value.response
        assert (response.status_code, response.headers.get("Retry-After")) == (status, retry)
        async with a_client(emulator) as client:
            assert (await until(client, "session.created"))[0]["type"] == "session.created"


async def test_the_connection_is_cut_or_hangs_before_a_session_opens() -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm("engine.unreachable", {})
        with pytest.raises((InvalidMessage, ConnectionError, EOFError)):
            async with a_client(emulator):
                raise AssertionError("a fault lets nobody in")
        emulator.faults.arm("engine.hanging", {})
        address = emulator.endpoint.replace("http", "ws", 1) + PATH
        with pytest.raises(TimeoutError):
            await connect(address, additional_headers={"api-key": "k"}, open_timeout=0.05, proxy=None)


async def test_a_session_opens_late() -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm("engine.slow_start", {"ms": 20})
        async with a_client(emulator) as client:
            await until(client, "session.created")
        assert [one["fault"] for one in emulator.faults.happened] == ["engine.slow_start"]


async def test_a_reply_stops_in_mid_sentence_and_the_session_lives() -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm("engine.stalled", {})
        async with a_client(emulator) as client:
            await ask(client)
            await client.send(json.dumps({"type": "input_audio_buffer.clear"}))
            got = [event["type"] for event in await until(client, "input_audio_buffer.cleared")]
            await client.send(json.dumps({"type": "input_audio_buffer.clear"}))
            got += [event["type"] for event in await until(client, "input_audio_buffer.cleared")]
        assert got.count("response.audio.delta") <= 2
        assert "response.done" not in got


@pytest.mark.parametrize(("name", "code"), [("engine.dropped", 1006), ("engine.expired", 1001), ("engine.overflow", 1008)])
async def test_a_session_ends_in_mid_reply(name: str, code: int) -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm(name, {})
        async with a_client(emulator) as client:
            await ask(client)
            with pytest.raises(ConnectionClosed):
                await until(client, "response.done")
            assert client.close_code == code


async def test_what_is_armed_is_for_the_events_it_names() -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm("engine.missing", {"only": "response.created"})
        emulator.faults.arm("engine.rate_limited", {})
        async with a_client(emulator) as client:
            await ask(client)
            events = await until(client, "response.done")
        assert "response.created" not in [event["type"] for event in events]
        assert events[-1]["response"]["status_details"]["error"]["code"] == "rate_limit_exceeded"


async def test_what_a_client_does_wrong_is_told_once_with_its_name() -> None:
    async with an_emulator() as emulator, a_client(emulator, PATH.replace("gpt-realtime", "gpt-3")) as client:
        await client.send(json.dumps({"type": "session.update", "session": {"voice": "alloy"}}))
        for _ in range(2):
            await client.send(json.dumps({"type": "input_audio_buffer.append", "audio": "AAA="[:3]}))
        await client.send(json.dumps({"type": "conversation.item.retrieve", "item_id": "item_x"}))
        while (await until(client, "error"))[-1]["error"]["code"] != "item_retrieve_invalid_item_id":
            pass
        told = [(one.rule, one.where.split(" ")[-1]) for one in emulator.findings.told]
        assert told == [
            ("vl-model-unknown", "(an-app/2)"),
            ("vl-openai-voice", "(an-app/2)"),
            ("vl-append-base64", "(an-app/2)"),
            ("vl-item-unknown", "(an-app/2)"),
        ]


async def test_strictly_a_wrong_event_ends_the_session_with_the_sentence() -> None:
    async with an_emulator(strict=True) as emulator:
        with pytest.raises(InvalidStatus) as refused:
            async with a_client(emulator, PATH.replace("2026-07-15", "v1") + "&api-key=k"):
                raise AssertionError("strictly nobody comes in with a wrong address")
        assert b"headers alone" in refused.value.response.body
        async with a_client(emulator) as client:
            await client.send("[]")
            with pytest.raises(ConnectionClosed):
                await until(client, "error")
            assert (client.close_code, client.close_reason) == (1008, "An event is one JSON object.")


async def test_faults_and_findings_have_their_pages_here_too() -> None:
    async with an_emulator() as emulator, httpx.AsyncClient(base_url=emulator.endpoint, trust_env=False) as http:
        assert (await http.put("/emulator/faults/engine.dropped?after=7")).json()["after"] == 7
        assert (await http.put("/emulator/faults/media.dropped")).status_code == 400
        assert (await http.get("/emulator/faults")).json()["armed"][0]["fault"] == "engine.dropped"
        assert (await http.delete("/emulator/faults/engine.dropped")).json() == {"cleared": 1}
        assert (await http.get("/emulator/findings")).json()["findings"] == []


async def test_a_fault_may_be_for_the_session_that_a_client_names() -> None:
    async with an_emulator() as emulator:
        emulator.faults.arm("engine.refused", {"call": "of-call-7", "times": 0})
        address = emulator.endpoint.replace("http", "ws", 1) + PATH
        for name, refused in (("of-call-6", False), ("of-call-7", True)):
            headers = {"api-key": "k", "x-ms-client-request-id": name}
            try:
                async with connect(address, additional_headers=headers, proxy=None):
                    assert not refused
            except InvalidStatus:
                assert refused
