"""Values as people type them."""

from __future__ import annotations

import pytest
from typer import BadParameter

from voiceagent_cli.typed import HUMAN_METAVAR, HUMANS, finite, human_of, key_of, number_of


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


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+14255550142", "+14255550142"),
        ("+1 (425) 555-0142", "+14255550142"),
        ("8:acs:resource_user", "8:acs:resource_user"),
        (" 4:anonymous", "4:anonymous"),
    ],
)
def test_numbers_are_taken_as_people_write_them(typed: str, number: str) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize("typed", ["abc", "", "+", "14255550142", "+1425555014299999", "8:", "+1425a"])
def test_what_cannot_be_called_is_told(typed: str) -> None:
    with pytest.raises(BadParameter, match="neither a number"):
        number_of(typed)


def test_a_key_must_fit_into_a_header() -> None:
    assert key_of("c2VjcmV0==") == "c2VjcmV0=="
    for strange in ("ä b", "a b", "a\n"):
        with pytest.raises(BadParameter):
            key_of(strange)
