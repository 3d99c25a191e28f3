"""An estimate, when somebody knows the prices."""

from __future__ import annotations

from voiceagent.observe.cost import Prices, estimate


def test_without_prices_the_estimate_is_nothing() -> None:
    assert estimate({"input": 1000}, 60_000, Prices()) == {"currency": "USD", "estimate": 0.0}


def test_tokens_and_minutes_are_added_up() -> None:
    prices = Prices({"input": 4.0, "output": 16.0}, per_minute=0.01, currency="EUR")
    assert estimate({"input": 500_000, "output": 1000, "unknown": 9}, 90_000, prices) == {"currency": "EUR", "estimate": 2.031}
