"""The same words, however they were written."""

from __future__ import annotations

import pytest

from voiceagent.scenarios.phrases import found, plain, shown
from voiceagent.scenarios.schema import Phrase


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        ("on its way", "Order 4 2 7 1 is On its way.", True),
        ("order 4271", "Order 4 2 7 1 is on its way.", True),
        ("4 2 7 1", "Order 4271.", True),
        ("good bye", "Good-bye!", True),
        ("it’s", "It's here", True),
        ("way", "Anyway", False),
        ("42", "4 2 7 1", False),
        (["no", "yes"], "Yes, sir.", True),
        (["no", "maybe"], "Yes, sir.", False),
        ({"matching": r"order (\d ?)+"}, "ORDER 4 2 7 1", True),
        ({"matching": r"^\d"}, "Order 4", False),
        ("café", "Un Café, s'il vous plaît", True),
    ],
)
def test_words_are_found_as_people_mean_them(phrase: object, text: str, there: bool) -> None:
    assert found(Phrase.model_validate(phrase), text) is there


def test_plain_words_have_no_case_no_marks_and_whole_numbers() -> None:
    assert plain("  Order: 4 2 7 1, 22 8 times!") == "order 4271 22 8 times"


def test_a_phrase_is_shown_as_it_was_written() -> None:
    assert [shown(Phrase.model_validate(one)) for one in ("a", ["a", "b"], {"matching": "a+"})] == [
        "“a”",
        "“a” or “b”",
        "something matching /a+/",
    ]
