"""What sounds at the ear, whatever the app sends and whenever."""

from __future__ import annotations

from base64 import b64encode

import pytest
from fake_app import speech

from voiceagent.emulators.acs.ear import Ear, Piece, loud_spans, speech_bounds

RATE = 24_000
SILENCE = bytes(48 * 20)


def b64(pcm: bytes) -> bytes:
    return b64encode(pcm)


def an_ear() -> Ear:
    return Ear(RATE, keep_ms=60_000)


def test_audio_sounds_from_its_arrival_and_pieces_follow_each_other() -> None:
    ear = an_ear()
    for _ in range(5):
        ear.hears(b64(speech(20)), 100)
    assert [(one.start_ms, one.end_ms, one.speech_ms) for one in ear.stretches] == [(100, 200, 100)]
    assert [piece.start_ms for piece in ear.pieces] == [100, 120, 140, 160, 180]
    assert ear.queued_ms(150) == 50
    assert ear.queued_ms(300) == 0


def test_speech_is_known_only_as_far_as_it_has_sounded() -> None:
    ear = an_ear()
    ear.hears(b64(speech(500)), 1_000)
    assert ear.speech_until(900) is None
    assert ear.speech_until(1_200) == 1_200
    assert ear.speech_until(2_000) == 1_500
    assert ear.speech_is_queued(1_200)
    assert not ear.speech_is_queued(1_500)


def test_an_agent_cut_between_two_words_is_cut_all_the_same() -> None:
    ear = an_ear()
    for sound in (speech(300), SILENCE * 10):  # the next word has not arrived yet
        ear.hears(b64(sound), 0)
    ear.stop(350)
    assert [(one.end_ms, one.cut) for one in ear.stretches] == [(300, True)]


def test_an_agent_who_had_finished_is_not_cut() -> None:
    ear = an_ear()
    ear.hears(b64(speech(300)), 0)
    ear.stop(350)
    assert [(one.end_ms, one.cut) for one in ear.stretches] == [(300, False)]


def test_stop_audio_throws_away_what_has_not_sounded() -> None:
    ear = an_ear()
    ear.hears(b64(speech(300)), 0)
    ear.hears(b64(speech(300)), 0)
    ear.stop(400)
    assert [(one.start_ms, one.end_ms, one.cut) for one in ear.stretches] == [(0, 400, True)]
    assert ear.stretches[0].speech_ms == pytest.approx(400)
    assert sum(len(piece.pcm) for piece in ear.pieces) == 400 * 48
    assert ear.queued_ms(400) == 0


def test_audio_after_stop_audio_is_a_new_stretch() -> None:
    ear = an_ear()
    ear.hears(b64(speech(1_000)), 0)
    ear.stop(100)
    ear.hears(b64(speech(100)), 150)
    assert [(one.start_ms, one.end_ms) for one in ear.stretches] == [(0, 100), (150, 250)]


def test_stop_audio_with_nothing_playing_changes_nothing() -> None:
    ear = an_ear()
    ear.hears(b64(speech(100)), 0)
    ear.stop(500)
    assert [(one.start_ms, one.end_ms, one.cut) for one in ear.stretches] == [(0, 100, False)]
    assert ear.pieces == [Piece(0, speech(100))]


def test_streamed_silence_is_not_speech() -> None:
    ear = an_ear()
    for beat in range(50):
        ear.hears(b64(SILENCE), beat * 20)
    assert ear.stretches == []
    assert ear.queued_ms(990) == 10


def test_a_short_pause_belongs_to_the_speech_and_a_long_one_does_not() -> None:
    ear = an_ear()
    ear.hears(b64(speech(100) + bytes(48 * 200) + speech(100) + bytes(48 * 400) + speech(100)), 0)
    assert [(one.start_ms, one.end_ms, one.speech_ms) for one in ear.stretches] == [(0, 400, 200), (800, 900, 100)]


def test_the_first_speech_after_a_moment_is_found() -> None:
    ear = an_ear()
    ear.hears(b64(speech(100)), 0)
    ear.hears(b64(speech(100)), 1_000)
    assert ear.first_speech_after(0, 2_000) == 0
    assert ear.first_speech_after(50, 2_000) == 1_000
    assert ear.first_speech_after(50, 900) is None
    assert ear.stretch_at(1_050) is ear.stretches[1]
    assert ear.stretch_at(500) is None


@pytest.mark.parametrize("payload", [b"not base64!", b"AAA", b"====", "ü".encode()])
def test_broken_audio_is_counted_and_ignored(payload: bytes) -> None:
    ear = an_ear()
    ear.hears(payload, 0)
    assert (ear.malformed, ear.received, ear.pieces) == (1, 0, [])


def test_half_a_sample_is_cut_off_and_counted() -> None:
    ear = an_ear()
    ear.hears(b64(b"\0\0\0"), 0)
    assert (ear.malformed, ear.received, ear.pieces) == (1, 1, [Piece(0, b"\0\0")])


def test_audio_beyond_the_tape_is_measured_but_not_kept() -> None:
    ear = Ear(RATE, keep_ms=100)
    for _ in range(10):
        ear.hears(b64(speech(50)), 0)
    assert len(ear.pieces) == 2
    assert ear.stretches[0].end_ms == 500


def test_loudness_is_judged_in_windows_of_ten_ms() -> None:
    assert loud_spans(bytes(480) + speech(10) + bytes(480 * 3) + speech(5), RATE) == [(10, 20), (50, 55)]
    assert loud_spans(b"", RATE) == []
    assert loud_spans(b"\x00\x80" * 240, RATE) == [(0, 10)]


def test_the_bounds_of_an_utterance_leave_out_its_silence() -> None:
    assert speech_bounds(bytes(4_800) + speech(200) + bytes(4_800), RATE) == (100, 300)
    assert speech_bounds(bytes(4_800), RATE) == (0, 100)
