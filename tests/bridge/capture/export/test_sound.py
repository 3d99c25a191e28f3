"""What the caller heard."""

from __future__ import annotations

import base64
import struct

import pytest

from voiceagent.capture.export.sound import sound_of
from voiceagent.capture.records import End, Mark, Record, Wire
from voiceagent.errors import UserError
from voiceagent.protocol.acs_media import (
    STOP_AUDIO,
    AudioData,
    AudioMetadata,
    encode_audio,
    encode_caller_audio,
    encode_metadata,
)

RATE = 16_000
META = Wire(0.0, "media", "in", encode_metadata(AudioMetadata("s", "PCM", RATE, 1, 640)), 0)


def pcm(level: int, ms: int) -> bytes:
    return struct.pack("<h", level) * (RATE * ms // 1000)


def said(at_ms: float, level: int, ms: int = 20) -> Wire:
    return Wire(at_ms, "media", "out", encode_audio(base64.b64encode(pcm(level, ms))), 0)


def heard(at_ms: float, level: int, ms: int = 20, stamp: str | None = None) -> Wire:
    audio = AudioData(base64.b64encode(pcm(level, ms)), stamp, "8:x")
    return Wire(at_ms, "media", "in", encode_caller_audio(audio), 0)


def levels(side: bytes) -> list[tuple[int, float]]:
    """Runs of one level and how many ms they last."""
    runs: list[tuple[int, float]] = []
    for (level,) in struct.iter_unpack("<h", side):
        if runs and runs[-1][0] == level:
            runs[-1] = (level, runs[-1][1] + 1000 / RATE)
        else:
            runs.append((level, 1000 / RATE))
    return [(level, round(ms, 3)) for level, ms in runs]


def end(at_ms: float) -> End:
    return End(at_ms, "closed", 1)


def test_the_agent_is_played_frame_after_frame_from_when_it_arrived() -> None:
    sound = sound_of([META, said(100, 1), said(101, 2), said(200, 3), end(300)])
    assert levels(sound.agent) == [(0, 100), (1, 20), (2, 20), (0, 60), (3, 20), (0, 80)]
    assert (sound.rate, sound.duration_ms, levels(sound.caller)) == (RATE, 300, [(0, 300)])


def test_a_flush_silences_what_was_still_waiting() -> None:
    records: list[Record] = [META, said(0, 1, 500), Wire(120, "media", "out", STOP_AUDIO, 0), said(200, 2), end(300)]
    assert levels(sound_of(records).agent) == [(1, 120), (0, 80), (2, 20), (0, 80)]


def test_what_waits_at_the_end_of_the_call_was_never_heard() -> None:
    assert levels(sound_of([META, said(0, 1, 500), end(200)]).agent) == [(1, 200)]


def test_a_callers_frame_ends_when_it_comes_and_jitter_is_closed() -> None:
    sound = sound_of([META, heard(120, 1), heard(145, 2), heard(158, 3), end(200)])
    assert levels(sound.caller) == [(0, 100), (1, 20), (2, 20), (3, 20), (0, 40)]


def test_after_a_hiccup_of_the_network_words_are_where_they_were_spoken() -> None:
    stamps = [f"2026-11-22T05:00:00.{ms:03}Z" for ms in (0, 20, 40, 60)]
    records = [heard(at_ms, n + 1, stamp=stamps[n]) for n, at_ms in enumerate((120, 900, 901, 902))]
    assert levels(sound_of([META, *records, end(1000)]).caller) == [(0, 100), (1, 20), (2, 20), (3, 20), (4, 20), (0, 820)]


def test_a_pause_stays_a_pause() -> None:
    sound = sound_of([META, heard(20, 1), heard(520, 2), end(520)])
    assert levels(sound.caller) == [(1, 20), (0, 480), (2, 20)]


def test_stereo_is_caller_left_and_agent_right() -> None:
    stereo = sound_of([META, heard(20, 1), said(0, 2), end(20)]).stereo
    assert stereo == struct.pack("<hh", 1, 2) * 320


def test_damaged_frames_and_times_are_passed_over() -> None:
    odd: list[Record] = [
        Wire(1.0, "media", "in", b"{", 1),
        Wire(1.0, "media", "in", None, 9),
        Wire(1.0, "engine", "in", b"{}", 2),
        Wire(9e12, "media", "out", said(0, 1).frame, 0),
        Mark(2.0, "x", "y"),
    ]
    assert sound_of([META, *odd, heard(20, 1), end(20)]).duration_ms == 20


def test_a_capture_without_audio_is_a_user_error() -> None:
    with pytest.raises(UserError, match="holds no audio"):
        sound_of([META, end(20)])
