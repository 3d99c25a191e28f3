"""The media socket through a real server: who may open it, and that sound gets through on both paths."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.call.commands import PhaseNoted, Warned
from voiceagent.call.events import CallerLeft, MediaClosed, MediaOpened
from voiceagent.legs.acs import BACKLOG_LIMIT, AcsLeg
from voiceagent.protocol import acs_callbacks as acs
from voiceagent.protocol.acs_media import (
    AUDIO_PREFIX,
    AUDIO_SUFFIX,
    AudioData,
    AudioMetadata,
    encode_caller_audio,
    encode_metadata,
)
from voiceagent.server import media
from voiceagent.server.app import build_app
from voiceagent.server.listen import bind, listening
from voiceagent.server.media import StockSocket, _close_when_asked
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.scripted import Audio

METADATA = encode_metadata(AudioMetadata("s", "PCM", 24_000, 1, 960)).decode()
PAYLOAD = base64.b64encode(bytes(960))
AUDIO = encode_caller_audio(AudioData(PAYLOAD)).decode()


@asynccontextmanager
async def served(bench: Any, *, short_path: bool = True) -> AsyncIterator[str]:
    where = bind("127.0.0.1", 0)
    async with listening(build_app(bench.bridge), where, short_path=short_path):
        yield f"ws://127.0.0.1:{where.getsockname()[1]}"


def dial(bench: Any, url: str, *, context: str = "one", path: str | None = None, **headers: str) -> Any:
    told = {
        **bench.signature.header(),
        "x-ms-call-connection-id": f"cc-{context}",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return connect(
        url + (path or bench.path(context, "media")), additional_headers=told, compression=None, proxy=None, ping_interval=None
    )


async def refused(connecting: Any) -> int:
    with pytest.raises(InvalidStatus) as error:
        await connecting
    return error.value.response.status_code


@pytest.mark.parametrize("short_path", [True, False])
async def test_sound_gets_through_both_ways(bench: Any, short_path: bool) -> None:
    call = await bench.live()
    async with served(bench, short_path=short_path) as url, dial(bench, url) as socket:
        await socket.send(METADATA)
        await socket.send(AUDIO)
        async with asyncio.timeout(5):
            while not bench.engines[0].heard:
                await asyncio.sleep(0)
        assert bench.engines[0].heard == [PAYLOAD]
        bench.engines[0].say(Audio("r1", "i1", 20))
        frame = json.loads(await socket.recv())
        assert frame["AudioData"]["Data"] == PAYLOAD.decode()
        assert call.media is not None
        await socket.send([AUDIO[:100], AUDIO[100:]])
        async with asyncio.timeout(5):
            while len(bench.engines[0].heard) < 2:
                await asyncio.sleep(0)
    assert PhaseNoted("media_open") in [note for _, note in bench.watcher.notes]
    assert ("media", "in") in bench.watcher.frames


async def test_who_may_not_open_it(bench: Any) -> None:
    call = await bench.live()
    await bench.live("two")
    async with served(bench) as url:
        token = bench.path("one", "media").rsplit("/", 1)[1]
        assert await refused(dial(bench, url, authorization="")) == 401
        assert await refused(dial(bench, url, authorization=f"Bearer {bench.signature.token(aud='other')}")) == 401
        assert await refused(dial(bench, url, x_ms_call_connection_id="")) == 403
        assert await refused(dial(bench, url, x_ms_call_connection_id="cc-two")) == 403
        assert await refused(dial(bench, url, path=f"/media/{call.call_id}/wrong")) == 403
        assert await refused(dial(bench, url, path=f"/media/other/{token}")) == 403
        assert await refused(dial(bench, url, path=bench.path("two", "media"))) == 403
        bench.signature.broken = True
    assert call.media is None
    warned = [(call_id, note.code) for call_id, note in bench.watcher.notes if isinstance(note, Warned)]
    assert warned[0] == (call.call_id, "media_refused")
    assert len(warned) == len(set(warned)) == 2  # each call once, however often somebody tries


async def test_without_the_services_keys_it_may_try_again(bench: Any) -> None:
    await bench.live()
    bench.signature.broken = True
    async with served(bench) as url:
        assert await refused(dial(bench, url)) == 503


async def test_one_socket_at_a_time_and_another_after_it(bench: Any) -> None:
    call = await bench.live()
    seen: list[Any] = []
    async with served(bench) as url:
        async with dial(bench, url) as first:
            await first.send(METADATA)
            assert await refused(dial(bench, url)) == 403
        async with asyncio.timeout(5):
            while call.media is not None:
                await asyncio.sleep(0)
        async with dial(bench, url) as second:
            await second.send(METADATA)
            await second.send(AUDIO)
            async with asyncio.timeout(5):
                while not bench.engines[0].heard:
                    await asyncio.sleep(0)
    assert seen == []


@pytest.mark.parametrize("short_path", [True, False])
async def test_a_socket_over_which_nothing_comes_gives_way_to_the_next(
    bench: Any, short_path: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await bench.live()
    events = watched(call)
    async with served(bench, short_path=short_path) as url, dial(bench, url) as first:
        await first.send(METADATA)
        await _media_open(bench)
        first_path = call.media
        monkeypatch.setattr(media, "STALLED_MS", 0.0)
        async with dial(bench, url) as second:
            monkeypatch.undo()
            await second.send(METADATA)
            await _until_closed(first)
            assert first.close_code == 1000
            await second.send(AUDIO)
            async with asyncio.timeout(5):
                while not bench.engines[0].heard:
                    await asyncio.sleep(0)
            assert call.media not in (None, first_path)
            assert await refused(dial(bench, url)) == 403
    said = [event for event in events if isinstance(event, MediaOpened | MediaClosed)]
    assert said[:3] == [
        MediaOpened(24_000),
        MediaClosed("no sound came any more, and the service dialled again"),
        MediaOpened(24_000),
    ]
    assert len(said) == 4  # the last: the second was closed


@pytest.mark.parametrize("short_path", [True, False])
async def test_a_peer_that_vanishes_without_a_word_is_noticed(bench: Any, short_path: bool) -> None:
    call = await bench.live()
    assert call.lost_ms == 2000.0
    call.lost_ms = 40.0
    events = watched(call)
    async with served(bench, short_path=short_path) as url, dial(bench, url) as socket:
        await socket.send(METADATA)
        await socket.send(AUDIO)
        await _until_closed(socket)
    assert MediaClosed("nothing came over it for 0.04 s") in events


async def test_while_the_caller_is_on_hold_nothing_has_to_come(bench: Any) -> None:
    call = await bench.live()
    call.lost_ms = 5.0
    events = watched(call)
    call.control._transfers._held = True
    async with served(bench) as url, dial(bench, url) as socket:
        await socket.send(METADATA)
        await socket.send(AUDIO)
        async with asyncio.timeout(5):
            while call.runner.clock.now_ms() - call.media._leg.heard_at_ms < 30:
                await asyncio.sleep(0)
        assert not any(isinstance(event, MediaClosed) for event in events)


@pytest.mark.parametrize("short_path", [True, False])
async def test_of_a_socket_that_gave_way_nothing_is_heard(bench: Any, short_path: bool) -> None:
    call = await bench.live()
    async with served(bench, short_path=short_path) as url, dial(bench, url) as socket:
        await socket.send(METADATA)
        await _media_open(bench)
        events = watched(call)
        call.media.lose("it stalled")
        with contextlib.suppress(ConnectionClosed):
            await socket.send(AUDIO)
        await _until_closed(socket)
        async with asyncio.timeout(5):
            while call.media is not None:
                await asyncio.sleep(0)
    assert bench.engines[0].heard == []
    assert events == [MediaClosed("it stalled")]


async def test_a_late_report_about_an_earlier_socket_is_not_believed_while_sound_comes(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await bench.live()
    failed = acs.MediaStreamingFailed(call_connection_id="cc-one")
    async with served(bench) as url, dial(bench, url) as socket:
        await socket.send(METADATA)
        await _media_open(bench)
        events = watched(call)
        call.control.on_callback(failed)
        assert events == []
        monkeypatch.setattr(media, "STALLED_MS", 0.0)
        call.control.on_callback(failed)
        await _until_closed(socket)
    assert set(events) == {MediaClosed("media streaming failed")}


def watched(call: Any) -> list[Any]:
    """What the session is told from now on."""
    seen: list[Any] = []
    deliver = call.runner.deliver

    def watching(event: Any) -> None:
        seen.append(event)
        deliver(event)

    call.runner.deliver = watching
    return seen


async def test_a_socket_that_comes_before_the_answer_waits_for_it(bench: Any) -> None:
    bench.network.hold.clear()
    bench.bridge.ring(bench.incoming())
    while "one" not in bench.network.addresses:
        await asyncio.sleep(0)
    async with served(bench) as url, asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(_open_and_close(dial(bench, url)))
        while not bench.signature.fetched:
            await asyncio.sleep(0)
        bench.network.hold.set()
    assert opening.done()


async def _open_and_close(connecting: Any) -> None:
    async with connecting:
        pass


@pytest.mark.parametrize("short_path", [True, False])
async def test_the_end_of_the_call_closes_a_socket_that_never_sent_a_frame(bench: Any, short_path: bool) -> None:
    call = await bench.live()
    async with served(bench, short_path=short_path) as url, dial(bench, url) as socket:
        call.runner.deliver(CallerLeft("hung up"))
        await _until_closed(socket)
        assert (socket.close_code, socket.close_reason) == (1000, "caller_left")


async def test_a_socket_that_waited_for_the_answer_of_a_call_that_is_over_is_turned_away(bench: Any) -> None:
    bench.network.hold.clear()
    bench.bridge.ring(bench.incoming())
    while "one" not in bench.network.addresses:
        await asyncio.sleep(0)
    async with served(bench) as url, asyncio.TaskGroup() as tasks:
        turned_away = tasks.create_task(refused(dial(bench, url)))
        while not bench.signature.fetched:
            await asyncio.sleep(0)
        bench.bridge.abandon()
    assert turned_away.result() in (403, 404)


@pytest.mark.parametrize("short_path", [True, False])
async def test_the_end_of_the_call_closes_the_socket(bench: Any, short_path: bool) -> None:
    await bench.live()
    async with served(bench, short_path=short_path) as url, dial(bench, url) as socket:
        await socket.send(METADATA)
        await _media_open(bench)
        bench.bridge.abandon()
        await _until_closed(socket)
        assert socket.close_code == 1000


async def _media_open(bench: Any) -> None:
    async with asyncio.timeout(5):
        while PhaseNoted("media_open") not in [note for _, note in bench.watcher.notes]:
            await asyncio.sleep(0)


async def _until_closed(socket: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(5):
            async for _ in socket:
                pass


@pytest.mark.parametrize("short_path", [True, False])
async def test_another_protocol_is_shown_the_door(bench: Any, short_path: bool) -> None:
    await bench.live()
    async with served(bench, short_path=short_path) as url, dial(bench, url) as socket:
        for _ in range(21):
            await socket.send("not a media frame")
        await _until_closed(socket)
        assert socket.close_code == 1008


@pytest.mark.parametrize("error", [WebSocketDisconnect(1006), RuntimeError("after sending 'websocket.close'")])
async def test_a_peer_that_is_quicker_to_close_is_no_error(error: Exception) -> None:
    class Closed:
        async def _refuse(self, *_: Any) -> None:
            raise error

        close = send_text = _refuse

    socket = StockSocket(cast(Any, Closed()))
    socket.send_text(AUDIO.encode())
    await socket.write()
    socket.shut(1000, "over")
    await _close_when_asked(cast(Any, Closed()), socket)


async def test_what_a_library_has_not_written_yet_is_backlog_and_audio_the_leg_can_count() -> None:
    socket = StockSocket(cast(Any, None))
    leg = AcsLeg(
        socket,
        sample_rate=24_000,
        clock=ManualClock(),
        hear=lambda _: None,
        deliver=lambda _: None,
        opened=lambda: None,
        on_failure=lambda _: None,
    )
    for _ in range(200):
        leg.play(PAYLOAD)
    length = len(AUDIO_PREFIX + PAYLOAD + AUDIO_SUFFIX)
    assert leg.dropped == 200 - (BACKLOG_LIMIT // length + 1)
    assert socket.backlog() == (200 - leg.dropped) * length


async def test_a_lost_socket_is_told_to_the_call(bench: Any) -> None:
    call = await bench.live()
    seen: list[Any] = []
    async with served(bench) as url:
        async with dial(bench, url) as socket:
            await socket.send(METADATA)
            await _media_open(bench)
            deliver = call.runner.deliver
            call.runner.deliver = lambda event: (seen.append(event), deliver(event))
        async with asyncio.timeout(5):
            while not seen:
                await asyncio.sleep(0)
    assert [type(event) for event in seen] == [MediaClosed]
