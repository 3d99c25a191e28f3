"""How late frames were sent, as a histogram: percentiles of any number of frames in a fixed space."""

from __future__ import annotations

STEP_MS = 0.25
BUCKETS = 800
"""200 ms in steps of a quarter; later frames count in the last bucket, the maximum is exact."""


class Lateness:
    """Milliseconds behind the schedule."""

    __slots__ = ("_counts", "count", "max_ms")

    def __init__(self) -> None:
        self._counts = [0] * BUCKETS
        self.count = 0
        self.max_ms = 0.0

    def add(self, late_ms: float) -> None:
        self._counts[min(max(int(late_ms / STEP_MS), 0), BUCKETS - 1)] += 1
        self.count += 1
        if late_ms > self.max_ms:
            self.max_ms = late_ms

    def percentile(self, share: float) -> float | None:
        """Upper edge of the bucket in which that share of the frames is reached; None without frames."""
        if not self.count:
            return None
        wanted = share * self.count
        seen = 0
        for index, count in enumerate(self._counts):
            seen += count
            if seen >= wanted:
                return (index + 1) * STEP_MS
        return self.max_ms

    def json(self) -> dict[str, float | None]:
        return {
            "late_p50_ms": self.percentile(0.50),
            "late_p99_ms": self.percentile(0.99),
            "late_max_ms": round(self.max_ms, 2) if self.count else None,
        }
