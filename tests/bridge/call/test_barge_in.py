from __future__ import annotations

from typing import Any

import pytest

from voiceagent.call.barge_in import HELD_MS, WORDS_MS, BargeIn
from voiceagent.call.policies import BargeInPolicy


def judging(**policy: Any) -> BargeIn:
    return BargeIn(BargeInPolicy(**policy), end_silence_ms=500)


def test_by_default_any_speech_cuts_the_agent_off() -> None:
    barge_in = judging()
    assert barge_in.began("u", 1000, 1100) == "cut_off"
    assert (barge_in.state, barge_in.judges("u"), barge_in.deadline()) == ("undisturbed", False, None)


def test_speech_that_lasts_cuts_the_agent_off_once_its_end_would_be_known() -> None:
    barge_in = judging(when="duration", after_ms=400)
    assert barge_in.began("u", 1000, 1100) is None
    assert barge_in.deadline() == 1900
    assert barge_in.settle(1899, audible=True) is None
    assert barge_in.settle(1900, audible=True) == "cut_off"


@pytest.mark.parametrize(("end", "action"), [(1399.0, "ignore"), (1400.0, "cut_off")])
def test_the_length_of_a_turn_decides_when_it_ended(end: float, action: str) -> None:
    barge_in = judging(when="duration", after_ms=400)
    barge_in.began("u", 1000, 1100)
    assert barge_in.stopped("u", end, end + 500) == action
    assert barge_in.unanswered == ("u" if action == "ignore" else "")


def test_words_are_counted_as_they_come() -> None:
    barge_in = judging(when="words", after_words=2)
    barge_in.began("u", 1000, 1100)
    assert barge_in.words_arrived("u", "one", 1200) is None
    assert barge_in.words_arrived("other", "not mine", 1200) is None
    assert barge_in.words_arrived("u", " moment", 1300) == "cut_off"
    assert barge_in.transcribed("u", "one moment", 1400) is None


def test_too_few_words_are_listening_along() -> None:
    barge_in = judging(when="words", after_words=2)
    barge_in.began("u", 1000, 1100)
    barge_in.stopped("u", 1300, 1800)
    assert barge_in.transcribed("u", "Mhm.", 2000) == "ignore"
    assert barge_in.unanswered == "u"


def test_a_caller_is_not_ignored_because_the_ears_fail() -> None:
    barge_in = judging(when="words")
    barge_in.began("u", 1000, 1100)
    barge_in.stopped("u", 1300, 1800)
    assert barge_in.deadline() == 1800 + WORDS_MS
    assert barge_in.settle(1800 + WORDS_MS, audible=True) == "cut_off"
    barge_in.began("v", 9000, 9000)
    assert barge_in.not_transcribed("v", 9100) == "cut_off"
    assert barge_in.not_transcribed("v", 9200) is None


def test_a_turn_that_outlasts_the_agent_is_an_ordinary_one() -> None:
    barge_in = judging(when="duration")
    barge_in.began("u", 1000, 1100)
    assert barge_in.settle(1200, audible=False) == "answer"
    assert not barge_in.judges("u")


def test_a_sound_without_words_is_no_interruption() -> None:
    barge_in = judging(resume_after_ms=1500)
    assert barge_in.began("u", 1000, 1100) == "hold"
    assert barge_in.held
    barge_in.stopped("u", 1300, 1800)
    assert barge_in.deadline() == 3300
    assert barge_in.settle(3300, audible=True) == "play_on"
    assert barge_in.unanswered == "u"


def test_an_empty_text_ends_the_doubt_at_once() -> None:
    barge_in = judging(resume_after_ms=1500)
    barge_in.began("u", 1000, 1100)
    barge_in.stopped("u", 1300, 1800)
    assert barge_in.transcribed("u", " ", 1900) == "play_on"


def test_words_make_it_an_interruption_also_when_they_are_late() -> None:
    barge_in = judging(resume_after_ms=1500)
    barge_in.began("u", 1000, 1100)
    assert barge_in.transcribed("u", "Stop!", 1900) == "cut_off"
    barge_in.began("v", 5000, 5100)
    barge_in.settle(5100 + HELD_MS, audible=True)
    assert barge_in.transcribed("v", "I said stop!", 40_000) == "cut_off"
    assert barge_in.committed
    assert barge_in.transcribed("v", "I said stop!", 40_000) is None


def test_a_second_sound_belongs_to_the_same_interruption() -> None:
    barge_in = judging(resume_after_ms=1500)
    barge_in.began("u", 1000, 1100)
    barge_in.stopped("u", 1300, 1800)
    assert barge_in.began("v", 2500, 2600) is None
    assert barge_in.settle(3300, audible=True) is None
    assert barge_in.transcribed("v", "Stop!", 3400) == "cut_off"


def test_speech_that_lasts_is_held_too_until_words_are_there() -> None:
    barge_in = judging(when="duration", after_ms=400, resume_after_ms=1500)
    barge_in.began("u", 1000, 1100)
    assert barge_in.settle(1900, audible=True) == "hold"
    barge_in.began("v", 3000, 3000)
    assert barge_in.words_arrived("v", "Stop", 3500) == "cut_off"
    barge_in.began("w", 9000, 9100)
    assert barge_in.stopped("w", 9900, 10_400) == "hold"
    assert barge_in.deadline() == 11_900


def test_when_the_agent_is_silenced_otherwise_nothing_is_left_to_judge() -> None:
    barge_in = judging(resume_after_ms=1500)
    barge_in.began("u", 1000, 1100)
    barge_in.over()
    assert (barge_in.state, barge_in.deadline(), barge_in.transcribed("u", "Stop!", 1200)) == ("undisturbed", None, None)
