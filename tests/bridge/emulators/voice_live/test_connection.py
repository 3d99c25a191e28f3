from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from voiceagent.emulators.voice_live.connection import read_event
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, ScriptedSource, Turn, tone
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.emulators.voice_live.source import AnswerRequest, Noticed, Piece, Transcript, Utterance

AT_ONCE = EmulatorOptions(delta_interval_ms=0, seed=1)
NEVER = EmulatorOptions(delta_interval_ms=1e9, seed=1)
"""Only the first delta ever comes: an answer that is still being generated."""
HELLO = Scripted([Turn(hear="hello", say="Hi there, what can I do?", ms=1000), Turn(say="Yes?", ms=250)])
SPEECH = bytes(48_000) + tone(800, 24_000) + bytes(48 * 600)

Calls = Callable[..., Any]


async def test_a_spoken_turn_is_answered_in_sound(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("session.update", session={"input_audio_transcription": {"model": "whisper-1"}})
        await caller.append(SPEECH)
        await caller.until("response.done")
        types = [event["type"] for event in caller.events]
        assert types.count("response.audio.delta") == 4
        assert "conversation.item.input_audio_transcription.completed" in types
        assert [item["text"] for item in emulator.sessions()[0]["items"]] == ["hello", "Hi there, what can I do?"]


async def test_sixteen_kilohertz_and_telephone_formats_are_served(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        session = {"input_audio_sampling_rate": 16_000, "output_audio_format": "g711_ulaw"}
        await caller.send("session.update", session=session)
        await caller.append(bytes(32_000) + tone(800, 16_000) + bytes(32 * 600), rate=16_000)
        done = await caller.until("response.done")
        deltas = [event["delta"] for event in caller.events if event["type"] == "response.audio.delta"]
        assert sum(len(delta) * 3 // 4 for delta in deltas) == pytest.approx(8000, abs=12)
        assert done["response"]["output_audio_format"] == "g711_ulaw"


async def test_barge_in_stops_an_answer_that_is_still_coming(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=NEVER) as emulator, call(emulator) as caller:
        await caller.append(SPEECH)
        await caller.until("response.audio.delta")
        await caller.append(SPEECH)
        await caller.until("input_audio_buffer.speech_started")
        done = await caller.until("response.done")
        assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        await caller.until("response.audio.delta")


async def test_cancelling_stops_the_sound(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=NEVER) as emulator, call(emulator) as caller:
        await caller.send("response.create")
        await caller.until("response.audio.delta")
        await caller.send("response.cancel")
        done = await caller.until("response.done")
        assert done["response"]["status"] == "cancelled"
        await caller.send("response.cancel", event_id="again")
        error = await caller.until("error")
        assert (error["error"]["code"], error["error"]["event_id"]) == ("response_cancel_not_active", "again")


async def test_a_client_may_commit_by_itself(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("session.update", session={"turn_detection": None})
        await caller.append(SPEECH)
        await caller.send("input_audio_buffer.commit")
        await caller.send("response.create")
        await caller.until("response.done")
        types = [event["type"] for event in caller.events]
        assert "input_audio_buffer.speech_started" not in types
        assert types.index("input_audio_buffer.committed") < types.index("response.created")
        assert emulator.sessions()[0]["items"][0]["text"] == "hello"


async def test_clearing_empties_the_buffer(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.append(bytes(9600))
        await caller.send("input_audio_buffer.clear")
        await caller.until("input_audio_buffer.cleared")
        await caller.send("input_audio_buffer.commit")
        assert (await caller.until("error"))["error"]["code"] == "input_audio_buffer_commit_empty"


@pytest.mark.parametrize("frame", ["{", "[1]", '"text"', b"\xff\xfe"])
async def test_garbage_is_answered_and_the_session_stays_open(call: Calls, frame: str | bytes) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.socket.send(frame)
        assert (await caller.until("error"))["error"]["code"] == "invalid_json"
        await caller.send("session.update", session={})
        await caller.until("session.updated")


async def test_bad_audio_is_answered_with_its_event_id(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("input_audio_buffer.append", audio="?", event_id="a1")
        assert (await caller.until("error"))["error"]["event_id"] == "a1"


async def test_more_than_15_mib_in_one_append_is_refused(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("input_audio_buffer.append", audio="A" * (15 * 1024 * 1024 + 4))
        assert "15728640" in (await caller.until("error"))["error"]["message"]


async def test_binary_frames_are_read_too(call: Calls) -> None:
    async with VoiceLiveEmulator(HELLO, options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.socket.send(json.dumps({"type": "session.update", "session": {}}).encode())
        await caller.until("session.updated")


async def test_a_script_that_does_not_fit_fails_the_response(call: Calls) -> None:
    async with (
        VoiceLiveEmulator(Scripted([Turn(expect="order", say="x")]), options=AT_ONCE) as emulator,
        call(emulator) as caller,
    ):
        await caller.send("response.create")
        done = await caller.until("response.done")
        assert done["response"]["status"] == "failed"
        assert "expects 'order'" in done["response"]["status_details"]["error"]["message"]


async def test_the_session_ends_when_its_time_is_up(call: Calls) -> None:
    options = EmulatorOptions(session_seconds=0.05)
    async with VoiceLiveEmulator(HELLO, options=options) as emulator, call(emulator) as caller:
        with pytest.raises(ConnectionClosed) as closed:
            await caller.until("nothing")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        assert caller.events[-1]["error"]["code"] == "session_expired"


async def test_a_client_that_does_not_read_loses_the_session(call: Calls) -> None:
    options = EmulatorOptions(delta_interval_ms=0, outbox_bytes=40_000)
    async with (
        VoiceLiveEmulator(Scripted([Turn(say="Long.", ms=60_000)]), options=options) as emulator,
        call(emulator) as caller,
    ):
        await caller.send("response.create")
        with pytest.raises(ConnectionClosed) as closed:
            await caller.until("nothing")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        assert any(event.get("error", {}).get("code") == "session_output_overflow" for event in caller.events)


async def test_a_failing_ear_is_told_and_the_answer_still_comes(call: Calls) -> None:
    class Deaf(ScriptedSource):
        async def transcribe(self, utterance: Utterance) -> Transcript:
            raise RuntimeError("no weights")

    async with VoiceLiveEmulator(lambda: Deaf(HELLO), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("session.update", session={"input_audio_transcription": {"model": "whisper-1"}})
        await caller.append(SPEECH)
        await caller.until("response.done")
        failed = [event for event in caller.events if event["type"].endswith("transcription.failed")]
        assert failed[0]["error"]["message"] == "no weights"


async def test_leaving_in_the_middle_of_an_answer_closes_the_source(call: Calls) -> None:
    closed = asyncio.Event()
    given_back = asyncio.Event()

    class Slow(ScriptedSource):
        async def answer(self, request: AnswerRequest) -> AsyncGenerator[Piece, None]:
            try:
                async for piece in super().answer(request):
                    yield piece
                await asyncio.Event().wait()
            finally:
                closed.set()

        async def hear(self, pcm: bytes) -> Sequence[Noticed]:
            return await super().hear(pcm)

        async def close(self) -> None:
            given_back.set()

    async with VoiceLiveEmulator(lambda: Slow(HELLO), options=AT_ONCE) as emulator:
        async with call(emulator) as caller:
            await caller.send("response.create")
            await caller.until("response.audio.delta")
        await given_back.wait()
        assert closed.is_set()


def test_a_frame_is_a_json_object() -> None:
    assert read_event('{"type": "x"}') == {"type": "x"}
    assert read_event("[]") is None
    assert read_event("{") is None
    assert read_event("[" * 100_000) is None
