"""Today's protocols read and write the frames of then."""

from __future__ import annotations

import json
from typing import Any

from voiceagent.call.commands import AskForReply, CloseCall, ConfigureEngine, EngineSetup, StopPlayback
from voiceagent.call.events import CallerTurnCommitted, EngineLost, EngineNoted, Event, KeyPressed, MediaOpened
from voiceagent.capture.records import Wire
from voiceagent.capture.shapes import plain
from voiceagent.discreet import Words
from voiceagent.engines.voice_live import message_of
from voiceagent.protocol.acs_media import STOP_AUDIO, DtmfData, encode_dtmf
from voiceagent.protocol.voice_live import encode_frame
from voiceagent.replay.masked import Masked
from voiceagent.replay.wire import WireCheck

SETUP = EngineSetup("Be brief.", "en-US-AvaNeural", 24_000)
COMMITTED = {"type": "input_audio_buffer.committed", "event_id": "e1", "item_id": "i1", "previous_item_id": None}


def checking(policy: str = "full") -> WireCheck:
    return WireCheck(SETUP, Masked(policy))


def frame(content: Any, *, edge: str = "engine", direction: str = "in", at_ms: float = 1.0) -> Wire:
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Wire(at_ms, edge, direction, content, len(content))


def told(check: WireCheck, event: Event | None, *commands: Any) -> None:
    check.reaction(2.0, None if event is None else plain(event), [plain(command) for command in commands])


def test_a_frame_that_is_the_event_of_then_is_right() -> None:
    check = checking()
    check.frame(frame(COMMITTED))
    told(check, CallerTurnCommitted("i1"))
    assert (check.count, check.frames) == (0, 1)


def test_a_frame_that_is_another_event_today_is_told() -> None:
    check = checking()
    check.frame(frame(COMMITTED))
    told(check, CallerTurnCommitted("i2"))
    first = check.first[0]
    assert (first.edge, first.direction, first.fields) == ("engine", "in", ('fields.item_id: "i2" → "i1"',))
    assert first.json()["at_ms"] == 2.0


def test_an_event_that_no_frame_tells_is_told() -> None:
    check = checking()
    told(check, CallerTurnCommitted("i1"))
    assert check.first[0].actual is None


def test_what_is_malformed_was_noted() -> None:
    check = checking()
    check.frame(frame(b'{"type":5}'))
    told(check, EngineNoted("malformed"))
    assert check.count == 0


def test_commands_become_the_frames_that_were_sent() -> None:
    check, ask = checking(), AskForReply(exactly=Words("Hello."))
    told(check, None, ConfigureEngine(SETUP), ask)
    for number, command in enumerate((ConfigureEngine(SETUP), ask), start=1):
        sent = encode_frame(message_of(command, f"{type(command).__name__}-{number}", exact_voice=True))
        check.frame(frame(sent, direction="out"))
    assert (check.count, check.frames) == (0, 2)


def test_a_frame_that_would_be_sent_otherwise_is_told() -> None:
    check = checking()
    told(check, None, AskForReply())
    check.frame(frame({"type": "response.create", "event_id": "AskForReply-7"}, direction="out"))
    assert check.first[0].fields == ('event_id: "AskForReply-7" → "AskForReply-1"',)


def test_silence_at_the_ear_is_asked_for_once_per_command() -> None:
    check = checking()
    check.frame(frame(b'{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"s","encoding":"PCM","sampleRate":24000,'
                      b'"channels":1,"length":640}}', edge="media"))  # fmt: skip
    told(check, MediaOpened(24_000), StopPlayback())
    check.frame(frame(STOP_AUDIO, edge="media", direction="out"))
    assert check.count == 0
    check.frame(frame(STOP_AUDIO, edge="media", direction="out"))
    assert check.first[0].actual is None


def test_a_media_path_may_begin_with_audio() -> None:
    check = checking()
    told(check, MediaOpened(24_000))
    assert check.count == 0


def test_keys_are_compared_and_hidden_ones_only_counted() -> None:
    for policy, differences in (("full", 1), ("redacted", 0)):
        check = checking(policy)
        check.frame(frame(encode_dtmf(DtmfData("0")), edge="media"))
        told(check, KeyPressed("#"))
        assert check.count == differences


def test_after_the_end_of_the_call_frames_are_nobodys() -> None:
    check = checking()
    told(check, None, CloseCall("completed", "caller_left"))
    check.frame(frame(COMMITTED))
    told(check, CallerTurnCommitted("i2"))
    assert (check.count, check.frames) == (0, 0)


def test_a_lost_engine_owes_nothing() -> None:
    check = checking()
    told(check, None, AskForReply())
    check.frame(frame(COMMITTED))
    told(check, EngineLost("gone"))
    told(check, CallerTurnCommitted("i9"))
    assert check.count == 1


def test_what_the_session_understood_of_an_event_is_on_no_wire() -> None:
    check = checking()
    check.frame(frame(encode_dtmf(DtmfData("1")), edge="media"))
    told(check, KeyPressed("1", choice="1"))
    assert check.count == 0


def test_a_key_that_the_service_told_first_is_no_difference_when_the_media_stream_tells_it_too() -> None:
    check = checking()
    told(check, KeyPressed("1", "recognition"))
    for key in "12":
        check.frame(frame(encode_dtmf(DtmfData(key)), edge="media"))
    told(check, KeyPressed("2"))
    assert check.count == 0
