"""`provision destroy`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_it_asks_shows_and_leaves_nothing(subscription: Any, provision: Callable[..., Any], told: Callable[..., Any]) -> None:
    assert told("destroy").out == "There is nothing that we made.\n"
    provision("apply", "--yes")
    refused = told("destroy")
    assert refused.code == 2
    assert "- delete\tnumber" in refused.err or "delete" in refused.err
    shown = told("destroy", "--dry-run")
    assert "DELETE /phoneNumbers/" in shown.out
    assert len(provision("destroy", "--dry-run")["steps"]) == 12
    assert len(subscription.numbers()) == 1
    assert len(provision("destroy", "--yes")["done"]) == 12
    assert (subscription.things(), subscription.numbers()) == ([], [])
