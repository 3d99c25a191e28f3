"""The caller's turns cut out of the caller's frames, to the sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.call.commands import EngineSetup
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import NoteRecord, Reaction, Record, SessionRecord, Wire
from voiceagent.capture.shapes import field_values
from voiceagent.errors import UserError
from voiceagent.protocol.acs_media import AudioData, encode_caller_audio
from voiceagent.replay.speech import LEAD_MS, TAIL_MS, spoken
from voiceagent.testing.programme import RATE

SETTINGS = SessionSettings(
    setup=EngineSetup(
        "", None, RATE, turn_detection={"type": "server_vad", "prefix_padding_ms": 300, "silence_duration_ms": 500}
    )
)


def event(at_ms: float, name: str, **fields: object) -> Reaction:
    return Reaction(at_ms, {"type": name, "fields": fields}, ())


def numbered(count: int, *, began_ms: float = 1_000.0) -> list[Record]:
    """Frames whose samples tell their number."""
    import base64

    frames = [base64.b64encode(number.to_bytes(2, "little") * (RATE // 50)) for number in range(count)]
    return [
        Wire(began_ms + 20 * number, "media", "in", encode_caller_audio(AudioData(frame)), 1)
        for number, frame in enumerate(frames)
    ]


def test_a_turn_is_what_lies_between_its_onset_and_its_end() -> None:
    records = [
        SessionRecord(0.0, field_values(SETTINGS)),
        event(900.0, "MediaOpened", sample_rate=RATE),
        *numbered(200),
        event(3_000.0, "CallerSpeechStarted", item_id="a", audio_start_ms=700),
        event(4_600.0, "CallerSpeechStopped", item_id="a", audio_end_ms=2_500),
        NoteRecord(2_000.0, "AgentTurnNoted", {"start_ms": 100.0, "end_ms": 900.0}),
    ]
    found = spoken(records)
    one = found.caller[0]
    assert (one.start_ms, one.end_ms) == (2_000.0, 3_000.0), "after the padding, before the silence; on the call's clock"
    assert len(one.pcm) == int((LEAD_MS + 1_000 + TAIL_MS) * RATE / 1000) * 2
    assert int.from_bytes(one.pcm[:2], "little") == (1_000 - LEAD_MS) // 20
    assert [(agent.start_ms, agent.end_ms) for agent in found.agent] == [(100.0, 900.0)]


def test_a_turn_without_an_end_lasts_to_the_end_of_the_call() -> None:
    records = [*numbered(50), event(2_000.0, "CallerSpeechStarted", item_id="a", audio_start_ms=500)]
    assert spoken(records).caller[0].end_ms == 2_000.0


def test_frames_without_samples_are_time_all_the_same() -> None:
    silent = [Wire(1_000.0 + 20 * n, "media", "in", b'{"kind":"AudioData","audioData":{"silent":true}}', 1) for n in range(10)]
    records = [*silent, *numbered(20, began_ms=1_200.0), event(1.0, "CallerSpeechStarted", item_id="a", audio_start_ms=200)]
    one = spoken(records).caller[0]
    assert one.start_ms == 1_200.0
    assert int.from_bytes(one.pcm[-2:], "little") == 19


def test_keys_are_kept_with_their_times() -> None:
    assert spoken([*numbered(5), event(7.0, "KeyPressed", key="4")]).keys == ((7.0, "4"),)


def test_every_turn_of_a_real_capture_is_found(capture: Path) -> None:
    found = spoken(CaptureReader(capture))
    assert len(found.caller) >= 4
    assert found.rate == RATE
    assert all(2_800 < one.end_ms - one.start_ms < 3_600 for one in found.caller[:-1]), "the caller's turns last 3 s"


@pytest.mark.parametrize(("records", "sentence"), [([], "no audio"), (numbered(3), "no turn")])
def test_nothing_to_say_is_a_user_error(records: list[Record], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        spoken(records)
