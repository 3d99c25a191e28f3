"""Templates and how values are spoken."""

from __future__ import annotations

import pytest

from voiceagent.speech.think.templates import fill, look_up, spell, spoken


def test_fields_are_filled_and_spelled() -> None:
    fields = {"order_id": "4271", "status": "in_transit"}
    assert fill("Order {order_id:spell} is {status}.", fields) == "Order 4 2 7 1 is in transit."


def test_a_missing_field_leaves_nothing_behind() -> None:
    assert fill("It is {status}. {detail} Anything else, {name}?", {"status": "sent"}) == "It is sent. Anything else,?"
    assert fill("It is {status} .", {"status": None}) == "It is."


def test_what_is_no_field_stays() -> None:
    assert fill("{1} {} {a b}", {}) == "{1} {} {a b}"


def test_dots_reach_into_objects() -> None:
    assert look_up("order.status", {"order": {"status": "sent"}}) == "sent"
    assert look_up("order.status.x", {"order": {"status": "sent"}}) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "yes"),
        (3, "3"),
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c"], "a, b and c"),
        ({"ready_at": "noon"}, "ready at: noon"),
        ("Plain_Name", "Plain_Name"),
    ],
)
def test_values_as_words(value: object, words: str) -> None:
    assert spoken(value) == words


def test_codes_are_spelled() -> None:
    assert spell("AB-12") == "A B 1 2"
