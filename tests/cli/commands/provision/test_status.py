"""`provision status`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_what_is_missing_and_then_what_is_there(
    subscription: Any, provision: Callable[..., Any], told: Callable[..., Any]
) -> None:
    before = provision("status")
    assert {one["state"] for one in before["resources"]} == {"missing"}
    provision("apply", "--yes")
    after = provision("status")
    assert {one["state"] for one in after["resources"]} == {"ready"}
    assert {one["kind"] for one in after["resources"] if not one["made_by_us"]} == {"provider"}
    (number,) = subscription.numbers()
    shown = told("status")
    assert f"ready\tphone number\t{number}\tnamed in the settings\tours" in shown.out
    assert "no public address is known" in shown.err
