"""The media socket against a real WebSocket server: its headers and frames, its refusals, its slow readers."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from voiceagent.emulators.acs.lateness import Lateness
from voiceagent.emulators.acs.media import FrameCounts, MediaFailed, MediaSocket, dial

SILENCE = b64encode(bytes(960))


@asynccontextmanager
async def a_server(talk: Callable[[ServerConnection], Awaitable[None]], status: int | None = None) -> AsyncIterator[str]:
    def refuse(connection: ServerConnection, _: Any) -> Any:
        return None if status is None else connection.respond(HTTPStatus(status), "no")

    async with serve(talk, "127.0.0.1", 0, process_request=refuse, compression=None) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/media"


class Ears:
    """What arrived from the app."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.stops = 0
        self.counts = FrameCounts()

    def socket(self, connection: Any) -> MediaSocket:
        return MediaSocket(connection, self.counts, Lateness(), heard=self.heard.append, stopped=self._stop)

    def _stop(self) -> None:
        self.stops += 1


async def test_the_app_gets_metadata_audio_and_keys() -> None:
    frames: list[dict[str, Any]] = []
    headers: list[str | None] = []
    done = asyncio.Event()

    async def talk(app: ServerConnection) -> None:
        assert app.request is not None
        headers.append(app.request.headers.get("x-ms-call-connection-id"))
        async for message in app:
            assert isinstance(message, str)
            frames.append(json.loads(message))
            if len(frames) == 3:
                done.set()

    async with a_server(talk) as url:
        media = Ears().socket(await dial(url, {"x-ms-call-connection-id": "c"}))
        await media.send_metadata("sub", 24_000)
        await media.send_audio(SILENCE, timestamp="2026-11-22T08:00:00.000Z", participant=None, silent=True, late_ms=0.5)
        await media.send_key("#")
        await done.wait()
        await media.close()
    assert headers == ["c"]
    assert frames[0] == {
        "kind": "AudioMetadata",
        "audioMetadata": {"subscriptionId": "sub", "encoding": "PCM", "sampleRate": 24_000, "channels": 1, "length": 960},
    }
    assert frames[1]["audioData"] == {
        "timestamp": "2026-11-22T08:00:00.000Z",
        "participantRawID": None,
        "data": SILENCE.decode(),
        "silent": True,
    }
    assert frames[2] == {"kind": "DtmfData", "dtmfData": {"data": "#"}}


async def test_a_socket_that_is_cut_before_its_first_frame_has_ended_and_breaks_nothing() -> None:
    async def cut(app: ServerConnection) -> None:
        app.transport.abort()

    async with a_server(cut) as url:
        media = Ears().socket(await dial(url, {}))
        assert "no close frame" in await media.receive()
        await media.send_metadata("sub", 24_000)
        await media.close()


async def test_audio_is_understood_in_every_casing_and_the_rest_is_counted() -> None:
    messages = [
        '{"Kind":"AudioData","AudioData":{"Data":"AAAA"},"StopAudio":null}',
        '{"kind":"audioData","audioData":{"data":"AAAA","isSilent":false},"stopAudio":{}}',
        '{"kind":"stopAudio","stopAudio":{}}',
        '{"kind":"Mark","mark":{"id":"1"}}',
        "not json",
        '{"Kind":"AudioData","AudioData":{"Data":7}}',
    ]

    async def talk(app: ServerConnection) -> None:
        for message in messages:
            await app.send(message)
        await app.close(1000, "done")

    ears = Ears()
    async with a_server(talk) as url:
        why = await ears.socket(await dial(url, {})).receive()
    assert "1000" in why
    assert (ears.heard, ears.stops) == ([b"AAAA", b"AAAA"], 1)
    assert (ears.counts.unknown, ears.counts.malformed) == (1, 2)


@pytest.mark.parametrize(
    ("status", "details", "sub_code"),
    [
        (401, "authenticationFailure", 8603),
        (403, "authenticationFailure", 8603),
        (404, "initialWebSocketConnectionFailed", 8581),
    ],
)
async def test_a_refused_socket_is_reported_as_the_service_would(status: int, details: str, sub_code: int) -> None:
    async def talk(_: ServerConnection) -> None: ...

    async with a_server(talk, status) as url:
        with pytest.raises(MediaFailed) as failed:
            await dial(url, {})
    assert (failed.value.details, failed.value.result.sub_code) == (details, sub_code)


async def test_an_address_where_nobody_listens_is_not_reached() -> None:
    async def talk(_: ServerConnection) -> None: ...

    async with a_server(talk) as url:
        pass
    with pytest.raises(MediaFailed) as failed:
        await dial(url, {})
    assert (failed.value.details, failed.value.result.sub_code) == ("streamConnectionUnsuccessful", 8603)
    with pytest.raises(MediaFailed) as failed:
        await dial("http://127.0.0.1/", {})
    assert failed.value.details == "streamUrlMissing"


async def test_an_app_that_does_not_read_loses_frames_and_holds_up_nobody() -> None:
    hold = asyncio.Event()

    async def talk(app: ServerConnection) -> None:
        app.transport.pause_reading()
        await hold.wait()
        app.transport.abort()

    ears = Ears()
    big = b64encode(bytes(48_000))
    async with a_server(talk) as url:
        media = ears.socket(await dial(url, {}))
        async with asyncio.timeout(10):
            while ears.counts.lost < 10:
                await media.send_audio(big, timestamp="t", participant=None, silent=False, late_ms=0)
        hold.set()
        await media.receive()
        await media.send_audio(big, timestamp="t", participant=None, silent=False, late_ms=0)
    assert ears.counts.lost == 11
