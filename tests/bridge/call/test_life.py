from __future__ import annotations

import pytest

from voiceagent.call.life import DEPARTING_MS, ENDING_MS, ENGINE_MS, LAST_WORDS_MS, MEDIA_MS, REDIAL_MS, RINGING_MS, Life


def live() -> Life:
    """A call that was answered at 0 and has audio."""
    life = Life(max_call_ms=60_000)
    life.start(0)
    life.engine_ready()
    life.answered(0)
    life.media_opened()
    return life


def due(life: Life) -> float | None:
    return life.deadline(length_counts=False)


def test_a_call_is_answered_once() -> None:
    life = Life(60_000)
    assert life.start(0) == "configure"
    assert life.answered(100) == "greet"
    assert life.answered(200) is None
    assert (life.state, life.talking, due(life)) == ("answered", True, 100 + MEDIA_MS)


def test_a_call_without_audio_ends() -> None:
    life = Life(60_000)
    life.start(0)
    life.engine_ready()
    life.answered(0)
    assert life.settle(MEDIA_MS - 1, patient=False) is None
    assert life.settle(MEDIA_MS, patient=False) == "depart"
    assert (life.reason, life.outcome(transferred=False)) == ("media_lost", "failed")


def test_a_call_that_is_never_confirmed_ends() -> None:
    life = Life(60_000)
    life.start(0)
    life.engine_ready()
    assert due(life) == RINGING_MS
    assert life.settle(RINGING_MS, patient=False) == "depart"
    assert (life.reason, life.outcome(transferred=False)) == ("not_answered", "failed")


def test_a_call_without_an_engine_ends() -> None:
    life = Life(60_000)
    life.start(0)
    assert due(life) == ENGINE_MS
    assert life.settle(ENGINE_MS, patient=False) == "depart"
    assert life.reason == "engine_not_ready"


def test_lost_audio_may_come_back() -> None:
    life = live()
    assert life.media_closed(1000) is None
    assert (life.state, due(life)) == ("detached", 1000 + REDIAL_MS)
    life.media_opened()
    assert (life.state, due(life)) == ("live", None)


def test_lost_audio_that_stays_away_ends_the_call() -> None:
    life = live()
    life.media_closed(1000)
    assert life.settle(1000 + REDIAL_MS, patient=False) == "depart"
    assert life.reason == "media_lost"
    assert life.settle(1000 + REDIAL_MS + DEPARTING_MS, patient=False) == "close"


def test_the_last_words_have_time_while_something_goes_on() -> None:
    life = live()
    assert life.end("silence", 0) == "say_last"
    assert due(life) == LAST_WORDS_MS
    life.went_on(8000)
    assert due(life) == 8000 + LAST_WORDS_MS
    assert life.settle(18_000, patient=True) is None
    assert due(life) == ENDING_MS
    assert life.settle(ENDING_MS, patient=True) == "depart"


def test_nothing_going_on_ends_the_ending() -> None:
    life = live()
    life.end("silence", 0)
    assert life.settle(LAST_WORDS_MS, patient=False) == "depart"
    assert life.reason == "silence"


def test_lost_audio_ends_the_ending() -> None:
    life = live()
    life.end("agent_ended", 0)
    assert life.media_closed(100) == "depart"
    assert due(life) == 100 + DEPARTING_MS


def test_the_first_reason_stays() -> None:
    life = live()
    life.end("agent_ended", 0)
    assert life.end("shutdown", 10) is None
    assert life.depart("engine_lost", 20) == "depart"
    assert life.gone("caller_left") == "close"
    assert (life.reason, life.outcome(transferred=False)) == ("agent_ended", "completed")


def test_only_the_end_for_silence_can_be_taken_back() -> None:
    silent, ended = live(), live()
    silent.end("silence", 0)
    ended.end("agent_ended", 0)
    assert (silent.stay(), silent.state, silent.reason) == (True, "live", "")
    assert (ended.stay(), ended.state) == (False, "ending")


def test_the_longest_call_is_reached_once() -> None:
    life = live()
    assert life.deadline(length_counts=True) == 60_000
    assert not life.too_long(59_999)
    assert life.too_long(60_000)
    life.end("max_length", 60_000)
    assert not life.too_long(60_001)
    assert life.deadline(length_counts=True) == 60_000 + LAST_WORDS_MS


def test_hanging_up_does_not_wait_for_ever() -> None:
    life = live()
    life.depart("shutdown", 0)
    assert life.over
    assert life.settle(DEPARTING_MS, patient=True) == "close"
    assert life.deadline(length_counts=True) is None


@pytest.mark.parametrize(
    ("reason", "answered", "transferred", "outcome"),
    [
        ("caller_left", True, False, "completed"),
        ("caller_left", False, False, "failed"),
        ("shutdown", False, False, "rejected"),
        ("answer_refused", False, False, "failed"),
        ("engine_lost", True, False, "failed"),
        ("engine_lost", True, True, "transferred"),
        ("silence", True, False, "completed"),
    ],
)
def test_an_outcome_follows_from_the_reason(reason: str, answered: bool, transferred: bool, outcome: str) -> None:
    life = live() if answered else Life(60_000)
    life.start(0)
    life.gone(reason)
    assert life.outcome(transferred=transferred) == outcome


def test_an_ending_before_the_answer_needs_no_words() -> None:
    life = Life(60_000)
    life.start(0)
    assert life.end("shutdown", 0) == "depart"


def test_the_longest_call_is_announced_once() -> None:
    life = Life(60_000, 10_000)
    life.start(0)
    life.answered(1000)
    life.media_opened()
    assert life.deadline(length_counts=True) == 20_000  # the engine must be ready first
    life.engine_ready()
    assert life.deadline(length_counts=True) == 51_000
    life.settle(51_000, patient=False)
    assert (life.nearly_too_long, life.deadline(length_counts=True)) == (True, 61_000)
    life.warned()
    life.settle(55_000, patient=False)
    assert not life.nearly_too_long


def test_a_warning_that_would_come_before_the_call_is_none() -> None:
    life = Life(5_000, 10_000)
    life.start(0)
    life.answered(0)
    life.engine_ready()
    life.media_opened()
    assert life.deadline(length_counts=True) == 5_000
