"""`provision events probe`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_an_address_where_nobody_is(told: Callable[..., Any], provision: Callable[..., Any]) -> None:
    failed = told("events", "probe", "http://127.0.0.1:1", of="dir")
    assert failed.code == 1
    assert "error:" in failed.err
    assert provision("events", "probe", "http://127.0.0.1:1", code=1, of="dir").code == 1
