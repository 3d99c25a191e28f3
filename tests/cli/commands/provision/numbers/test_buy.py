"""`provision numbers buy`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_what_is_held_is_bought_once_and_apply_finds_it(
    subscription: Any, provision: Callable[..., Any], told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACS_CONNECTION_STRING", subscription.acs.connection_string)
    nothing = told("numbers", "buy", "--yes")
    assert (nothing.code, "no number is held" in nothing.err) == (2, True)
    held = provision("numbers", "search", "--hold", "--yes")["held"]
    refused = told("numbers", "buy")
    assert refused.code == 2
    assert "This purchase will be 1 of 1" in refused.err
    assert provision("numbers", "buy", "--yes") == {"number": held["number"], "cost": held["cost"]}
    assert subscription.numbers() == [held["number"]]
    assert told("numbers", "buy", "--yes").code == 2
    (listed,) = provision("numbers", "list")["numbers"]
    assert (listed["number"], listed["made_by_us"]) == (held["number"], True)
