"""The guesses made here are told with a sentence and where they come from."""

from __future__ import annotations

from voiceagent.emulators.twilio.guesses import TWILIO_GUESSES


def test_each_is_a_sentence_with_a_source() -> None:
    assert all(guess.sentence.endswith(".") and guess.source for guess in TWILIO_GUESSES)
    assert {guess.about for guess in TWILIO_GUESSES} == {"twilio"}
