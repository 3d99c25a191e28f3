"""Open places, and what differs between what must be and what is."""

from __future__ import annotations

import pytest

from voiceagent.cloud.resource import Cost, Resource, differences, fill, filled, open_places


def test_places_are_filled_wherever_they_are_as_far_as_they_are_known() -> None:
    value = {"a": ["{acs.id}/x", 1], "b": {"c": "{topic.name}"}, "d": "{not a place}"}
    assert fill(value, {"acs.id": "/acs"}) == {"a": ["/acs/x", 1], "b": {"c": "{topic.name}"}, "d": "{not a place}"}
    assert sorted(open_places(value)) == ["acs.id", "topic.name"]
    one = Resource("topic", "t", {"source": "{acs.id}"}, {"x": "{acs.id}"}, {"y": "{acs.id}"})
    ready = filled(one, {"acs.id": "/acs"})
    assert (ready.at, ready.body, ready.must, ready.key) == ({"source": "/acs"}, {"x": "/acs"}, {"y": "/acs"}, "topic:t")


@pytest.mark.parametrize(
    ("must", "found", "where"),
    [
        ({}, {"a": 1}, []),
        ({"a": {"b": "X"}}, {"A": {"b": "x", "c": 1}}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a.b"]),
        ({"a": {"b": 1}}, {"a": None}, ["a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a"]),
        ({"a": "{acs.id}"}, {"a": "/acs"}, []),
    ],
)
def test_what_must_hold_is_compared_and_the_rest_is_not(must: object, found: object, where: list[str]) -> None:
    assert differences(must, found) == where


def test_a_cost_in_words() -> None:
    assert Cost(1, minutes={"inbound": 0.0085}).words() == "1.00 USD a month, inbound 0.0085 a minute"
    assert Cost(2.5, "EUR").facts() == {
        "amount": 2.5,
        "currency": "EUR",
        "per": "month",
        "per_minute": {},
        "list_price": False,
    }
