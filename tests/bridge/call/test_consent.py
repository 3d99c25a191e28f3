from __future__ import annotations

import pytest

from voiceagent.call.consent import answer_of, question_of
from voiceagent.call.policies import NO, YES


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes.", "yes"),
        ("Yes, please, go ahead!", "yes"),
        ("um yeah sure", "yes"),
        ("OK", "yes"),
        ("No.", "no"),
        ("No, I don’t think so", "no"),
        ("yes, no, wait", "no"),
        ("please do not", "no"),
        ("What does it cost?", "unclear"),
        ("Yes? What?", "unclear"),
        ("yesterday", "unclear"),
        ("", "unclear"),
    ],
)
def test_only_a_plain_yes_is_one(text: str, answer: str) -> None:
    assert answer_of(text, YES, NO) == answer


def test_the_words_may_be_of_another_language() -> None:
    assert answer_of("Ja, bitte.", ["ja"], ["nein"]) == "yes"
    assert answer_of("Nein!", ["ja"], ["nein"]) == "no"


@pytest.mark.parametrize(
    ("template", "arguments", "question"),
    [
        ("Cancel order {order_id}?", '{"order_id": "4271"}', "Cancel order 4 2 7 1?"),
        ("Cancel {n} of {what}?", '{"n": 2, "what": "shoes"}', "Cancel 2 of shoes?"),
        ("Really {flag}?", '{"flag": true}', "Really yes?"),
        ("Cancel {order_id}?", "not JSON", "Cancel ?"),
        ("Cancel {order_id}?", "[1]", "Cancel ?"),
        ("Sure?", "{}", "Sure?"),
    ],
)
def test_the_question_names_what_it_is_about(template: str, arguments: str, question: str) -> None:
    assert question_of(template, arguments) == question
