"""Time that a test moves."""

from __future__ import annotations


class ManualClock:
    """A `Clock` that stands still until `advance`."""

    def __init__(self, now_ms: float = 0.0) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> float:
        return self._now_ms

    def advance(self, ms: float) -> None:
        """Let `ms` pass."""
        if ms < 0:
            raise ValueError("time does not run backwards")
        self._now_ms += ms
