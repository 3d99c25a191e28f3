"""Percentiles of few values."""

from __future__ import annotations

import pytest

from voiceagent.observe.latency import percentile, rounded, spread


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([7], 0.5, 7),
        ([7], 0.95, 7),
        ([3, 1, 2], 0.5, 2),
        ([4, 1, 3, 2], 0.5, 2),
        (range(1, 101), 0.95, 95),
        ([1, 2], 0.95, 2),
        ([1, 2], 0, 1),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_nothing_measured_is_null() -> None:
    assert spread([]) == {"p50": None, "p95": None}
    assert rounded(None) is None


def test_both_at_once_rounded() -> None:
    assert spread([1.23456, 2.0]) == {"p50": 1.235, "p95": 2.0}
