"""`provision destroy`."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest


class Somebody(io.StringIO):
    """Who sits at the terminal and types this."""

    def isatty(self) -> bool:
        return True


def test_it_asks_shows_and_leaves_nothing(subscription: Any, provision: Callable[..., Any], told: Callable[..., Any]) -> None:
    assert told("destroy").out == "There is nothing that we made.\n"
    provision("apply", "--yes")
    refused = told("destroy")
    assert refused.code == 2
    assert "- delete\tnumber" in refused.err or "delete" in refused.err
    shown = told("destroy", "--dry-run")
    assert "DELETE /phoneNumbers/" in shown.out
    assert "remove our lines from .env" in shown.out
    assert len(provision("destroy", "--dry-run")["steps"]) == 12
    assert len(subscription.numbers()) == 1
    assert len(provision("destroy", "--yes")["done"]) == 12
    assert (subscription.things(), subscription.numbers()) == ([], [])


def test_who_is_asked_is_told_which_number_goes(
    subscription: Any, provision: Callable[..., Any], told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    provision("apply", "--yes")
    monkeypatch.setattr("sys.stdin", Somebody("n\n"))
    refused = told("destroy")
    (number,) = subscription.numbers()
    assert f"The number {number} is lost. [y/N]" in refused.err
    assert (refused.code, "Nothing was changed." in refused.err) == (2, True)
