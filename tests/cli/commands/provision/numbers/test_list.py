"""`provision numbers list`, and what the numbers can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.numbers.options import NumbersOptions


@pytest.fixture
def number(subscription: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A number that is owned from the start."""
    acs = subscription.enter(AcsEmulator(numbers=NumbersOptions(operation_seconds=0)))
    monkeypatch.setenv("ACS_CONNECTION_STRING", acs.connection_string)
    return "+14255550199"


def test_numbers_with_what_they_can_do_and_cost(number: str, provision: Callable[..., Any], told: Callable[..., Any]) -> None:
    (one,) = provision("numbers", "list")["numbers"]
    assert one == {
        "number": number,
        "country": "US",
        "type": "geographic",
        "capabilities": {"calling": "inbound+outbound", "sms": "none"},
        "cost": {"amount": 1.0, "currency": "USD", "per": "month", "per_minute": {}, "list_price": False},
        "made_by_us": False,
    }
    assert told("numbers", "list").out == f"{number}\tUS\tgeographic\tinbound+outbound\tnone\t1.00 USD a month\t\n"


def test_without_a_resource_it_says_so(told: Callable[..., Any]) -> None:
    refused = told("numbers", "list")
    assert (refused.code, "No Communication Services resource is known" in refused.err) == (2, True)
