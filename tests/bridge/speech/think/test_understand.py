"""What stays open after a conversation."""

from __future__ import annotations

import pytest

from voiceagent.config.schema import ThinkerRule, ThinkerSlot
from voiceagent.speech.think.port import AgentSaid, CallerSaid, Item, ToolWasCalled
from voiceagent.speech.think.understand import follow, understand

NUMBER = ThinkerSlot(kind="digits", min_digits=4, max_digits=4, ask="Which number?")
ORDER = ThinkerRule(name="order", match=["order"], tool="lookup_order", slots={"order_id": NUMBER})
HOURS = ThinkerRule(name="hours", match=["open"], reply="From nine to five.")
PERSON = ThinkerRule(name="person", match=["human"], tool="request_transfer")
RULES = [PERSON, ORDER, HOURS]


def heard(*texts: str) -> list[Item]:
    return [CallerSaid(text) for text in texts]


def known(*texts: str) -> object:
    """What is known for the order after these turns, the last one included."""
    wish = understand(RULES, texts[-1], follow(RULES, heard(*texts[:-1]))).wish
    return None if wish is None or wish.rule is not ORDER else dict(wish.known) or wish.partial


@pytest.mark.parametrize(
    "turns",
    [
        ("order 4271",),
        ("where is my order", "four two seven one"),
        ("where is my order", "it's four two", "seven one"),
        ("where is my order", "um", "4271"),
        ("where is my order", "are you open on Monday", "4271"),
        ("order four two", "seven one"),
        ("order four two", "four two seven one"),
        ("my order number is 42", "no, the order is four two seven one"),
        ("four two seven one",),
        ("two seven one", "four two seven one"),
        ("four two, I think, seven one",),
        ("The caller pressed 4 2 7 1 on the keypad.",),
        ("where is my order", "The caller pressed 4 2 7 1 on the keypad."),
        ("The caller pressed 4 2 on the keypad.", "The caller pressed 7 1 on the keypad."),
        ("The caller pressed * 4 2 7 1 on the keypad.",),
    ],
)
def test_ways_to_arrive_at_the_number(turns: tuple[str, ...]) -> None:
    assert known(*turns) == {"order_id": "4271"}


def test_too_few_digits_are_kept_and_not_acted_upon() -> None:
    assert known("where is my order", "four two") == "42"


def test_an_unclear_answer_leaves_the_question_open() -> None:
    understood = understand(RULES, "well, let me see", follow(RULES, heard("my order")))
    assert understood.wish is understood.open
    assert understood.open is not None
    assert understood.open.asked_again


def test_another_wish_takes_over() -> None:
    assert understand(RULES, "I want a human", follow(RULES, heard("my order"))).wish is not None
    assert follow(RULES, heard("my order", "I want a human")) is None


def test_a_call_closes_the_wish() -> None:
    conversation = [*heard("order"), AgentSaid("Which number?"), ToolWasCalled("c", "lookup_order", "{}")]
    assert follow(RULES, conversation) is None


def test_nothing_is_understood_of_other_words() -> None:
    understood = understand(RULES, "the weather is nice", None)
    assert (understood.wish, understood.open) == (None, None)


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        (ThinkerSlot(kind="choice", choices=["small", "large"]), "a large one", "large"),
        (ThinkerSlot(kind="yes_no"), "no thanks", False),
        (ThinkerSlot(kind="text"), " In the evening. ", "In the evening."),
    ],
)
def test_answers_of_other_kinds(slot: ThinkerSlot, said: str, value: object) -> None:
    rules = [ThinkerRule(name="r", match=["go"], tool="t", slots={"x": slot})]
    understood = understand(rules, said, follow(rules, heard("go")))
    assert understood.wish is not None
    assert understood.wish.known == {"x": value}
    assert understood.open is None


def test_slots_are_filled_one_after_the_other() -> None:
    rules = [
        ThinkerRule(name="r", match=["go"], tool="t", slots={"a": ThinkerSlot(kind="text"), "b": ThinkerSlot(kind="yes_no")})
    ]
    wish = follow(rules, heard("go", "something"))
    assert wish is not None
    assert (wish.known, wish.missing) == ({"a": "something"}, "b")
