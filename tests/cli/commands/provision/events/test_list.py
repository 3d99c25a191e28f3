"""`provision events list`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_without_a_resource_there_is_nothing_to_subscribe_to(subscription: Any, told: Callable[..., Any]) -> None:
    refused = told("events", "list")
    assert (refused.code, "nothing to subscribe to" in refused.err) == (2, True)


def test_a_resource_without_subscriptions_has_an_empty_list(subscription: Any, provision: Callable[..., Any]) -> None:
    provision("apply", "--yes")
    assert provision("events", "list") == {"subscriptions": []}
