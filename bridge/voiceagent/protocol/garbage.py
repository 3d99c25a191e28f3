"""When a peer is no peer of ours: a few messages that break the protocol are a glitch, many in a short time another one."""

from __future__ import annotations

from collections import deque

GARBAGE_MESSAGES = 20
GARBAGE_WINDOW_MS = 10_000.0


class Garbage:
    """Counts them."""

    __slots__ = ("_times", "count")

    def __init__(self) -> None:
        self.count = 0
        self._times: deque[float] = deque(maxlen=GARBAGE_MESSAGES + 1)

    def came(self, now: float) -> bool:
        """One more; True when it is one too many within the time."""
        self.count += 1
        self._times.append(now)
        return len(self._times) > GARBAGE_MESSAGES and now - self._times[0] <= GARBAGE_WINDOW_MS
