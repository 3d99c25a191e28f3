"""Which events a subscription wants."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.event_grid.filters import Filter, read_filter, text_at
from voiceagent.errors import UserError

EVENT = {
    "eventType": "Microsoft.Communication.IncomingCall",
    "subject": "/caller/4:+14255550100/recipient/4:+14255550199",
    "data": {
        "to": {"phoneNumber": {"value": "+14255550199"}},
        "n": 5,
        "yes": True,
        "nothing": None,
        "many": ["red", "Green"],
    },
}


def takes(operator: str, key: str, *values: Any, **more: Any) -> bool:
    written: dict[str, Any] = {"operatorType": operator, "key": key, "values": list(values)}
    return read_filter({"advancedFilters": [written], **more}).takes(EVENT)


def test_without_a_filter_everything_is_taken() -> None:
    assert read_filter(None) == Filter()
    assert Filter().takes(EVENT)
    assert Filter().takes({})


@pytest.mark.parametrize(
    ("types", "taken"),
    [
        (["Microsoft.Communication.IncomingCall"], True),
        (["microsoft.communication.incomingcall"], True),
        (["Microsoft.Communication.CallEnded"], False),
        (["All"], True),
    ],
)
def test_event_types_are_compared_without_case(types: list[str], taken: bool) -> None:
    assert read_filter({"includedEventTypes": types}).takes(EVENT) is taken


def test_subjects_are_compared_with_case_on_request_only() -> None:
    body = {"subjectBeginsWith": "/CALLER/", "subjectEndsWith": "0199"}
    assert read_filter(body).takes(EVENT)
    assert not read_filter({**body, "isSubjectCaseSensitive": True}).takes(EVENT)
    assert not read_filter({"subjectEndsWith": "0100"}).takes(EVENT)


@pytest.mark.parametrize(
    ("operator", "key", "values", "taken"),
    [
        ("StringIn", "data.to.PhoneNumber.Value", ["+1", "+14255550199"], True),
        ("StringIn", "data.to.phoneNumber.value", ["+1"], False),
        ("StringNotIn", "data.to.phoneNumber.value", ["+1", "+2"], True),
        ("StringNotIn", "data.to.phoneNumber.value", ["+1", "+14255550199"], False),
        ("StringBeginsWith", "data.to.phoneNumber.value", ["+1425"], True),
        ("StringNotBeginsWith", "data.to.phoneNumber.value", ["+1425"], False),
        ("StringEndsWith", "subject", ["0199"], True),
        ("StringContains", "Subject", ["RECIPIENT"], True),
        ("StringNotContains", "subject", ["teams"], True),
        ("NumberIn", "data.n", [4, 5], True),
        ("NumberNotIn", "data.n", [5], False),
        ("NumberInRange", "data.n", [[1, 3], [5, 9]], True),
        ("NumberNotInRange", "data.n", [[1, 3]], True),
        ("NumberIn", "data.yes", [1], False),
        ("BoolEquals", "data.yes", [True], True),
        ("StringIn", "data.missing", ["a"], False),
        ("StringNotIn", "data.missing", ["a"], True),
        ("StringIn", "data.n.deeper", ["a"], False),
    ],
)
def test_advanced_operators(operator: str, key: str, values: list[Any], taken: bool) -> None:
    assert takes(operator, key, *values) is taken


@pytest.mark.parametrize(
    ("operator", "limit", "taken"), [("LessThan", 6, True), ("GreaterThan", 5, False), ("GreaterThanOrEquals", 5, True)]
)
def test_numbers_are_compared(operator: str, limit: float, taken: bool) -> None:
    written = {"operatorType": f"Number{operator}", "key": "data.n", "value": limit}
    assert read_filter({"advancedFilters": [written]}).takes(EVENT) is taken


@pytest.mark.parametrize(("key", "null"), [("data.nothing", True), ("data.missing", True), ("data.n", False)])
def test_null_and_missing_are_the_same(key: str, null: bool) -> None:
    assert takes("IsNullOrUndefined", key) is null
    assert takes("IsNotNull", key) is not null


def test_elements_of_arrays_are_looked_at_on_request() -> None:
    assert not takes("StringIn", "data.many", "green")
    assert takes("StringIn", "data.many", "green", enableAdvancedFilteringOnArrays=True)
    assert not takes("StringNotIn", "data.many", "green", enableAdvancedFilteringOnArrays=True)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ([{"operatorType": "StringIn", "values": ["a"]}], "needs an `operatorType` and a `key`"),
        ([{"operatorType": "Sounds", "key": "a", "values": ["a"]}], "no operator 'Sounds'"),
        ([{"operatorType": "StringIn", "key": "a", "values": []}], "nothing to compare with"),
        ([{"operatorType": "NumberInRange", "key": "a", "values": [1]}], "ranges of two numbers"),
        ([{"operatorType": "StringIn", "key": "a", "values": ["a"] * 26}], "at most 25"),
    ],
)
def test_a_mistake_is_explained(written: list[Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_filter({"advancedFilters": written})


def test_a_value_becomes_the_text_of_a_header() -> None:
    assert [text_at(EVENT, key) for key in ("data.n", "data.to", "data.missing")] == ["5", "", ""]
