"""What clients ask, read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.numbers import requests
from voiceagent.emulators.numbers.catalog import COUNTRIES

SEARCH = {
    "phoneNumberType": "tollFree",
    "assignmentType": "application",
    "capabilities": {"calling": "inbound", "sms": "none"},
}


def test_a_search_is_read() -> None:
    assert requests.read_search(SEARCH) == requests.Search("tollFree", "application", "inbound", "none", "", 1)
    assert requests.read_search({**SEARCH, "areaCode": "833", "quantity": 3}).quantity == 3


@pytest.mark.parametrize(
    ("read", "body", "words"),
    [
        (requests.read_search, {}, "capabilities must be an object"),
        (requests.read_search, {**SEARCH, "quantity": 0}, "quantity"),
        (requests.read_search, {**SEARCH, "quantity": True}, "quantity"),
        (requests.read_search, {**SEARCH, "phoneNumberType": "pager"}, "phoneNumberType must be one of"),
        (requests.read_browse, {"phoneNumberType": "geographic", "assignmentType": "dog"}, "assignmentType"),
        (requests.read_capabilities, {"sms": 3}, "sms must be one of"),
        (requests.read_changes, {"phoneNumbers": {"1": 2}}, "phoneNumbers.1"),
        (requests.read_reservation_id, "mine", "UUID"),
        (requests.read_number, "12", "was not found"),
        (requests.read_operator_question, {"phoneNumbers": ["+1", "+2"]}, "exactly one"),
        (requests.read_operator_question, {"phoneNumbers": ["12"]}, r"E\.164"),
        (requests.read_body, b"{", "not JSON"),
        (requests.read_body, b"[" * 100_000, "not JSON"),
        (requests.read_body, b"[]", "must be an object"),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(read: Callable[[Any], object], body: Any, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read(body)


def test_browsing_takes_the_offerings_that_are_wanted() -> None:
    geographic, person, toll_free = COUNTRIES["US"].offerings
    any_use = requests.read_browse({"phoneNumberType": "geographic"})
    assert [any_use.takes(one) for one in (geographic, person, toll_free)] == [True, True, False]
    by_text = requests.read_browse({"phoneNumberType": "tollFree", "capabilities": {"sms": "outbound"}})
    assert [by_text.takes(one) for one in (geographic, person, toll_free)] == [False, False, True]


def test_null_lets_a_number_go() -> None:
    assert requests.read_changes({"phoneNumbers": {"1": None, "2": {"a": 1}}}) == {"1": None, "2": {"a": 1}}
    assert requests.read_body(b"") == {}


def test_a_page_has_whole_numbers() -> None:
    assert requests.read_page({}, "top") == (0, 100)
    assert requests.read_page({"skip": "5", "top": "2"}, "top") == (5, 2)
    for query in ({"skip": "-1"}, {"top": "0"}, {"top": "²"}, {"top": "9" * 5_000}):
        with pytest.raises(Refusal):
            requests.read_page(query, "top")
