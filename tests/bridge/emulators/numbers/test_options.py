"""What the service allows."""

from __future__ import annotations

from voiceagent.emulators.numbers.options import NumbersOptions


def test_the_documented_times_hold_and_quotas_are_off() -> None:
    options = NumbersOptions()
    assert (options.reservation_seconds, options.reservation_most_seconds) == (15 * 60, 2 * 60 * 60)
    assert (options.searches_per_week, options.purchases_per_week) == (None, None)
