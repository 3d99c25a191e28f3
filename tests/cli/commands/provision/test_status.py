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
    assert {(one["state"], one["made_by_us"]) for one in after["resources"] if one["kind"] != "number"} == {("ready", True)}
    number = next(one for one in after["resources"] if one["kind"] == "number")
    assert [number["detail"]] == subscription.numbers()
    shown = told("status")
    assert f"ready\tnumber\t{number['name']}\t{number['detail']}" in shown.out
    assert "no public address is known" in shown.err
