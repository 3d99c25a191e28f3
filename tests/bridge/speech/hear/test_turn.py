"""When a turn is listened to twice, and which transcript is believed."""

from __future__ import annotations

import pytest

from voiceagent.speech.hear.turn import hear_turn
from voiceagent.speech.port import Cancelled, Heard, never
from voiceagent.speech.think.port import DigitsWanted

FOUR = DigitsWanted(4, 4)


class TwoEars:
    """Says one thing freely and another in digits mode; counts how often it listened."""

    def __init__(self, free: str, digits: str, confidence: float = -0.2) -> None:
        self.answers = {False: Heard(free, -0.3), True: Heard(digits, confidence)}
        self.passes = 0

    def transcribe(self, pcm: bytes, *, digits: bool = False, cancelled: Cancelled = never) -> Heard:
        self.passes += 1
        return self.answers[digits]


@pytest.mark.parametrize(
    ("free", "wanted", "passes"),
    [
        ("Two, seven, one.", None, 1),
        ("Four, two, seven, one.", FOUR, 1),
        ("Can I please speak to a human being?", FOUR, 1),
        ("Two, seven, one.", FOUR, 2),
        ("Or two.", FOUR, 2),
        ("Yes please.", DigitsWanted(4, 4, asked=False), 1),
        ("Two, seven, one.", DigitsWanted(4, 4, asked=False), 2),
    ],
)
def test_a_second_pass_is_made_only_where_a_number_may_hide(free: str, wanted: DigitsWanted | None, passes: int) -> None:
    ear = TwoEars(free, "")
    hear_turn(ear, b"", wanted=wanted)
    assert ear.passes == passes


def test_a_number_found_by_the_second_pass_is_taken() -> None:
    assert hear_turn(TwoEars("Or two, seven, one.", "4, 2, 7, 1."), b"", wanted=FOUR).text == "4, 2, 7, 1."


def test_forced_digits_that_the_model_finds_unlikely_are_not_believed() -> None:
    ear = TwoEars("One moment, please.", "One one one three", confidence=-2.1)
    assert hear_turn(ear, b"", wanted=FOUR).text == "One moment, please."


def test_more_digits_are_better_when_a_number_was_asked_for() -> None:
    assert hear_turn(TwoEars("One.", "Seven one."), b"", wanted=FOUR).text == "Seven one."
    assert hear_turn(TwoEars("Seven one.", "One."), b"", wanted=FOUR).text == "Seven one."


def test_a_cancelled_turn_is_not_listened_to_twice() -> None:
    ear = TwoEars("One.", "4271")
    hear_turn(ear, b"", wanted=FOUR, cancelled=lambda: True)
    assert ear.passes == 1
