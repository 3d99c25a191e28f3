"""`provision numbers search`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def resource(subscription: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A resource that is there, and its connection string is set."""
    monkeypatch.setenv("ACS_CONNECTION_STRING", subscription.acs.connection_string)
    return subscription


def test_prices_come_first_and_nothing_is_searched_for(resource: Any, provision: Callable[..., Any]) -> None:
    found = provision("numbers", "search", "--country", "us")
    assert [(one["type"], one["assignment"], one["cost"]["amount"]) for one in found["offers"]] == [
        ("geographic", "application", 1.0),
        ("tollFree", "application", 2.0),
        ("geographic", "person", 1.0),
    ]
    assert found["held"] is None


def test_a_search_is_asked_for_counted_and_held_for_apply(
    resource: Any, provision: Callable[..., Any], told: Callable[..., Any]
) -> None:
    refused = told("numbers", "search", "--hold")
    assert refused.code == 2
    assert "This search will be 1 of 5 that a tenant is allowed in a week" in refused.err
    held = provision("numbers", "search", "--hold", "--yes")["held"]
    assert held["number"].startswith("+1")
    again = told("numbers", "search", "--hold", "--yes")
    assert f"{held['number']} is held for 15 minutes: 1.00 USD a month" in again.out, "what is held is not searched for again"


def test_a_country_without_offers_and_one_that_nobody_knows(resource: Any, told: Callable[..., Any]) -> None:
    refused = told("numbers", "search", "--country", "xx")
    assert refused.code == 3
    wrong = told("numbers", "search", "--country", "usa")
    assert (wrong.code, "cloud.number.country" in wrong.err) == (2, True)
