"""The engine client against the emulated service: opening, talking, and every way in which opening can go wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from an_ear import Listener
from websockets.asyncio.server import ServerConnection, serve

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.discreet import Secret, Words
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.engines.realtime import EngineConnection, open_engine
from voiceagent.engines.wires import OnText
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine
from voiceagent.protocol.dialects import OPENAI, Dialect, voice_live
from voiceagent.protocol.garbage import GARBAGE_MESSAGES

KEY = "key-of-the-engine"
SETUP = c.EngineSetup("Be kind.", "en-US-Ava:DragonHDLatestNeural", 24_000)


@asynccontextmanager
async def emulated(*script: Turn) -> AsyncIterator[VoiceLiveEmulator]:
    async with VoiceLiveEmulator(Scripted(script), key=KEY, options=EmulatorOptions(delta_interval_ms=0)) as emulator:
        yield emulator


def connection(
    endpoint: str, *, key: str = KEY, version: str = "2026-07-15", seconds: float = 5, short: bool = True
) -> EngineConnection:
    return EngineConnection(
        endpoint=endpoint,
        model="gpt-realtime",
        api_version=version,
        api_key=Secret(key),
        connect_timeout_seconds=seconds,
        short_path=short,
    )


@pytest.mark.parametrize("short", [True, False])
async def test_it_is_ready_when_opened_and_speaks_given_words(short: bool) -> None:
    listener, tapped = Listener(), []
    async with emulated() as emulator:
        engine = await open_engine(
            connection(emulator.endpoint, short=short), SETUP, listener, wire=lambda direction, frame: tapped.append(direction)
        )
        assert any(isinstance(event, e.EngineReady) for event in listener.events)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(engine.run())
            engine.obey(c.ConfigureEngine(SETUP))
            engine.obey(c.AskForReply(exactly=Words("Hello there.")))
            engine.hear(base64.b64encode(bytes(960)))
            await listener.until(e.ReplyEnded)
            await engine.close()
            await running
    assert e.ReplyWordsEnded in [type(event) for event in listener.events]
    assert listener.audio_bytes > 24_000
    assert not any(isinstance(event, e.EngineLost) for event in listener.events)
    assert tapped.count("out") == 3


async def test_another_setup_than_the_first_is_sent() -> None:
    listener = Listener()
    async with emulated() as emulator:
        engine = await open_engine(connection(emulator.endpoint), SETUP, listener)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(engine.run())
            engine.obey(c.ConfigureEngine(c.EngineSetup("Be short.", None, 24_000)))
            await listener.until(e.EngineNoted)
            while e.EngineNoted("session.updated") not in listener.events:
                await asyncio.sleep(0)
            await engine.close()
            await running
        assert "Be short." in json.dumps(emulator.sessions())


class Line:
    """A wire to a server that accepts the settings and says nothing else."""

    def __init__(self, on_text: OnText) -> None:
        self.dropped = 0
        self.stalled = False
        self.sent: list[dict[str, Any]] = []
        self.says = on_text
        self._closed = asyncio.Event()

    def send(self, frame: bytes, *, droppable: bool = False) -> None:
        if droppable and self.stalled:
            self.dropped += 1
            return
        self.sent.append(json.loads(frame))

    async def receive(self) -> None:
        self.says(b'{"type":"session.updated","event_id":"e","session":{"id":"s","model":"m"}}')
        await self._closed.wait()

    async def close(self) -> None:
        self._closed.set()

    def ending(self) -> tuple[int | None, str]:
        return None, ""


async def on_a_line(listener: Listener, **changes: Any) -> tuple[Engine, Line]:
    """An engine that was opened over such a wire."""
    lines: list[Line] = []

    async def dialled(_: str, __: object, on_text: OnText, **___: object) -> Line:
        lines.append(Line(on_text))
        return lines[-1]

    engine = await open_engine(replace(connection("http://127.0.0.1:1"), **changes), SETUP, listener, dialled=dialled)
    return engine, lines[0]


@pytest.mark.parametrize(
    ("dialect", "response"),
    [
        (OPENAI, {"response": {"instructions": "Be short.\n\nGreet the caller."}}),
        (voice_live("2026-07-15"), {"additional_instructions": "Greet the caller."}),
        (voice_live("v1"), {"response": {"additional_instructions": "Greet the caller."}}),
    ],
)
async def test_what_is_asked_of_one_reply_does_not_take_the_place_of_the_prompt(
    dialect: Dialect, response: dict[str, Any]
) -> None:
    engine, line = await on_a_line(Listener(), dialect=dialect)
    engine.obey(c.ReviseEngine(instructions="Be short."))
    engine.obey(c.AskForReply(instructions="Greet the caller."))
    asked = {name: value for name, value in line.sent[-1].items() if name != "event_id"}
    assert asked == {"type": "response.create", **response}
    await engine.close()


async def test_frames_that_it_does_not_take_are_counted_and_told_when_it_takes_others() -> None:
    listener, frame = Listener(), base64.b64encode(bytes(960))
    engine, line = await on_a_line(listener)
    listener.events.clear()
    for stalled in (False, True, True, True, False, False, True, False):
        line.stalled = stalled
        engine.hear(frame)
    assert engine.dropped == 4
    assert listener.events == [e.CallerAudioLost(60), e.CallerAudioLost(20)]
    await engine.close()


async def test_a_broken_connection_is_reported_once() -> None:
    listener = Listener()
    async with emulated() as emulator:
        engine = await open_engine(connection(emulator.endpoint), SETUP, listener)
        ready = await listener.until(e.EngineReady)
        assert isinstance(ready, e.EngineReady)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(engine.run())
            emulator.drop_session(ready.session_id)
        assert [event for event in listener.events if isinstance(event, e.EngineLost)] == [
            e.EngineLost("the connection to the engine broke", 1006)
        ]
        await engine.close()


async def test_a_wrong_key_is_told_with_its_remedy() -> None:
    async with emulated() as emulator:
        with pytest.raises(RemoteError, match=r"does not accept our credentials \(401\)") as refused:
            await open_engine(connection(emulator.endpoint, key="wrong"), SETUP, Listener())
    assert refused.value.status == 401
    assert "AZURE_VOICELIVE_API_KEY" in refused.value.remedy


async def test_a_wrong_version_is_told_with_its_remedy() -> None:
    async with emulated() as emulator:
        with pytest.raises(RemoteError, match=r"knows no such address \(404\)") as refused:
            await open_engine(connection(emulator.endpoint, version="2019-01-01"), SETUP, Listener())
    assert "2019-01-01" in refused.value.remedy


async def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(RemoteError, match="cannot be reached") as refused:
        await open_engine(connection(f"http://127.0.0.1:{port}"), SETUP, Listener())
    assert "AZURE_VOICELIVE_ENDPOINT" in refused.value.remedy


@pytest.mark.parametrize("endpoint", ["https://.services.ai.azure.com", "https://host:abc", "https://[::1"])
async def test_an_address_that_is_none_is_unreachable(endpoint: str) -> None:
    with pytest.raises(RemoteError, match="cannot be reached") as refused:
        await open_engine(connection(endpoint), SETUP, Listener())
    assert "AZURE_VOICELIVE_ENDPOINT" in refused.value.remedy


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://", "ftp://me:s3cret@127.0.0.1:9"])
async def test_a_proxy_that_leads_nowhere_is_told_without_its_password(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(RemoteError, match=r"Voice Live at x\.example cannot be reached") as refused:
        await open_engine(connection("https://x.example"), SETUP, Listener())
    assert "https_proxy" in refused.value.remedy
    assert "s3cret" not in f"{refused.value} {refused.value.remedy}"


@pytest.mark.parametrize("short", [True, False])
async def test_an_engine_that_says_nothing_is_given_up(short: bool) -> None:
    async def silent(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with serve(silent, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RemoteError, match=r"did not answer within 0\.2 s"):
            await open_engine(connection(url, seconds=0.2, short=short), SETUP, Listener())


async def test_an_engine_that_closes_while_opening_is_told() -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.close(1008, "no")

    async with serve(leave, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RemoteError, match="closed the connection before the session began"):
            await open_engine(connection(url), SETUP, Listener())


async def test_settings_that_are_refused_are_told() -> None:
    async def refuse(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(
            '{"type":"error","error":{"code":"invalid","message":"no such voice","event_id":"ConfigureEngine-1"}}'
        )
        await socket.wait_closed()

    listener = Listener()
    async with serve(refuse, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RemoteError, match="refused the session's settings: no such voice") as refused:
            await open_engine(connection(url), SETUP, listener)
    assert refused.value.code == "invalid"
    assert "voice" in refused.value.remedy


async def test_malformed_messages_and_odd_deltas_are_survived() -> None:
    async def mumble(socket: ServerConnection) -> None:
        await socket.send('{"type":"session.updated","session":{"id":"s"}}')
        await socket.send("not json")
        await socket.send(
            '{"type":"response.audio.delta","unexpected":{},"response_id":"r","item_id":"i","output_index":0,'
            '"content_index":0,"delta":"AAAA"}'
        )
        await socket.close()

    listener = Listener()
    async with serve(mumble, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        engine = await open_engine(connection(url), SETUP, listener)
        await asyncio.wait_for(engine.run(), 5)
        await engine.close()
    assert e.EngineNoted("malformed") in listener.events
    assert listener.audio_bytes == 3


async def test_an_engine_that_speaks_another_protocol_is_lost_and_not_listened_to(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener()
    engine, line = await on_a_line(listener)
    listener.events.clear()
    for _ in range(GARBAGE_MESSAGES + 100):
        line.says(b"not json")
    line.says(b'{"type":"response.created","event_id":"e","response":{"id":"r"}}')
    noted, lost = listener.events[:-1], listener.events[-1]
    assert noted == [e.EngineNoted("malformed")] * GARBAGE_MESSAGES
    assert lost == e.EngineLost("the engine speaks another protocol: too many malformed messages")
    assert len(caplog.records) == GARBAGE_MESSAGES
    await asyncio.wait_for(engine.run(), 5)  # the connection is not read on
    assert listener.events[-1] is lost


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://x.services.ai.azure.com/", "wss://x.services.ai.azure.com/voice-live/realtime?api-version=v&model=m"),
        ("x.services.ai.azure.com", "wss://x.services.ai.azure.com/voice-live/realtime?api-version=v&model=m"),
        ("http://127.0.0.1:99", "ws://127.0.0.1:99/voice-live/realtime?api-version=v&model=m"),
        ("ws://127.0.0.1:99/own/realtime", "ws://127.0.0.1:99/own/realtime?api-version=v&model=m"),
    ],
)
def test_the_address_is_made_of_the_endpoint(endpoint: str, url: str) -> None:
    assert EngineConnection(endpoint=endpoint, model="m", api_version="v").url == url


async def test_credentials_are_a_key_or_a_token_or_nothing() -> None:
    async def token() -> str:
        return "entra"

    bare = EngineConnection(endpoint="e", model="m", api_version="v")
    assert await bare.headers() == {}
    assert await EngineConnection(endpoint="e", model="m", api_version="v", bearer=token).headers() == {
        "Authorization": "Bearer entra"
    }
    assert await connection("e").headers() == {"api-key": KEY}
    assert KEY not in repr(connection("e"))
