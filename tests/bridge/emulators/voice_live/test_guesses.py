from __future__ import annotations

from voiceagent.emulators.voice_live.guesses import VOICE_LIVE_GUESSES


def test_they_are_all_about_the_engine() -> None:
    assert {guess.about for guess in VOICE_LIVE_GUESSES} == {"voice-live"}
    assert all(guess.id.startswith("vl-") for guess in VOICE_LIVE_GUESSES)


def test_each_has_a_sentence_and_a_source() -> None:
    assert all(guess.sentence.endswith(".") and guess.source for guess in VOICE_LIVE_GUESSES)
