"""When turns begin and end, window by window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.speech.turns import (
    TurnDetector,
    TurnEvent,
    TurnMayBeOver,
    TurnParams,
    TurnResumed,
    TurnStarted,
    TurnStopped,
    silero_threshold,
)


def judge(turns: TurnDetector, pattern: str) -> list[TurnEvent]:
    """`#` is a window of speech, `.` one of silence."""
    return [event for window in pattern for event in turns.push(0.9 if window == "#" else 0.05)]


def test_a_turn_is_started_doubted_and_stopped() -> None:
    turns = TurnDetector(TurnParams(prefix_padding_ms=0))
    assert judge(turns, "." * 10 + "#" * 10 + "." * 16) == [
        TurnStarted(320),
        TurnMayBeOver(640),
        TurnStopped(audio_end_ms=1140, speech_end_ms=640),
    ]


def test_the_start_includes_the_padding_before_the_onset() -> None:
    assert judge(TurnDetector(TurnParams(prefix_padding_ms=300)), "." * 20 + "###") == [TurnStarted(340)]


def test_the_padding_does_not_reach_before_the_beginning() -> None:
    assert judge(TurnDetector(TurnParams(prefix_padding_ms=300)), "..###") == [TurnStarted(0)]


def test_the_padding_does_not_reach_into_the_turn_before() -> None:
    turns = TurnDetector(TurnParams(prefix_padding_ms=2000))
    judge(turns, "###" + "." * 16)
    assert judge(turns, "###") == [TurnStarted(96)]


def test_a_click_is_no_turn() -> None:
    assert judge(TurnDetector(), "..##....##...") == []


def test_speech_after_a_short_pause_resumes_the_turn() -> None:
    turns = TurnDetector()
    judge(turns, "####")
    assert judge(turns, ".....##") == [TurnMayBeOver(128), TurnResumed(288)]
    assert turns.speaking


def test_without_speculation_only_start_and_stop_are_told() -> None:
    kinds = [type(event) for event in judge(TurnDetector(TurnParams(speculate_ms=None)), "####" + "." * 20)]
    assert kinds == [TurnStarted, TurnStopped]


def test_patience_delays_the_end_of_this_turn_only() -> None:
    turns = TurnDetector()
    judge(turns, "####.....")
    turns.be_patient(320)
    assert judge(turns, "." * 11) == []
    assert [type(event) for event in judge(turns, "." * 10)] == [TurnStopped]
    assert [type(event) for event in judge(turns, "####" + "." * 16)] == [TurnStarted, TurnMayBeOver, TurnStopped]


def test_patience_is_no_part_of_the_silence_that_is_told() -> None:
    turns = TurnDetector()
    judge(turns, "####.....")
    turns.be_patient(320)
    assert judge(turns, "." * 21) == [TurnStopped(audio_end_ms=628, speech_end_ms=128)]


def test_patience_ends_when_the_caller_goes_on() -> None:
    turns = TurnDetector()
    judge(turns, "####.....")
    turns.be_patient(5000)
    judge(turns, "##")
    assert [type(event) for event in judge(turns, "." * 16)] == [TurnMayBeOver, TurnStopped]


def test_a_forgotten_turn_ends_without_a_word() -> None:
    turns = TurnDetector()
    judge(turns, "####")
    turns.forget_turn()
    assert judge(turns, "." * 30) == []


def test_parameters_may_change_in_the_middle_of_a_turn() -> None:
    turns = TurnDetector()
    judge(turns, "####")
    turns.configure(TurnParams(silence_duration_ms=200))
    assert [type(event) for event in judge(turns, "." * 7)] == [TurnMayBeOver, TurnStopped]


@pytest.mark.parametrize(("voice_live", "silero"), [(0.5, 0.35), (0.1, 0.07), (1.0, 1.0), (0.75, 0.675)])
def test_thresholds_are_translated_to_the_detectors_scale(voice_live: float, silero: float) -> None:
    assert silero_threshold(voice_live) == pytest.approx(silero)


@given(st.lists(st.floats(0, 1), max_size=400))
def test_events_alternate_and_their_offsets_never_go_back(probabilities: list[float]) -> None:
    turns = TurnDetector()
    events = [event for probability in probabilities for event in turns.push(probability)]
    edges = [event for event in events if isinstance(event, TurnStarted | TurnStopped)]
    assert [type(event) for event in edges] == [TurnStarted, TurnStopped] * (len(edges) // 2) + [TurnStarted] * (len(edges) % 2)
    offsets = [event.audio_start_ms if isinstance(event, TurnStarted) else event.speech_end_ms for event in edges]
    assert offsets == sorted(offsets)
