"""Values as people type them."""

from __future__ import annotations

import pytest
from typer import BadParameter

from voiceagent_cli.typed import HUMAN_METAVAR, HUMANS, finite, human_of


@pytest.mark.parametrize("typed", ["no-answer", "no_answer", "No-Answer "])
def test_both_spellings_are_understood(typed: str) -> None:
    assert human_of(typed) == "no_answer"


def test_what_is_offered_is_taken() -> None:
    assert tuple(human_of(word) for word in HUMAN_METAVAR.strip("<>").split("|")) == HUMANS


def test_another_behaviour_is_told_with_the_known_ones() -> None:
    with pytest.raises(BadParameter, match="'sleeps' is none of answer, busy, declined, no-answer"):
        human_of("sleeps")


def test_only_numbers_that_can_be_meant_are_taken() -> None:
    assert (finite(1.5), finite(None)) == (1.5, None)
    for strange in (float("nan"), float("inf")):
        with pytest.raises(BadParameter):
            finite(strange)
