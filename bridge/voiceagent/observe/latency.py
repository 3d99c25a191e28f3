"""Percentiles of the few latencies of a call; nothing measured is None and not zero."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest rank: the smallest measured value that at least `share` (0–1) of all values do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """`{"p50": …, "p95": …}` in ms."""
    return {"p50": rounded(percentile(values, 0.5)), "p95": rounded(percentile(values, 0.95))}


def rounded(value: float | None) -> float | None:
    """To a thousandth, which is far below what was measured and short to read."""
    return None if value is None else round(value, 3)
