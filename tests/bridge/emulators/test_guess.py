"""The shape of a guess."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess


def test_a_guess_is_printed_with_all_it_says() -> None:
    guess = Guess("ring-of-a-human", "acs", "A human picks up after a second.", "not documented")
    assert guess.json() == {
        "id": "ring-of-a-human",
        "about": "acs",
        "sentence": "A human picks up after a second.",
        "source": "not documented",
    }
