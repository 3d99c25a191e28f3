"""Two clocks: the machine's monotonic one, and a call's own that began with the call."""

from __future__ import annotations

import time

from voiceagent.ports import Clock


class MonotonicClock:
    """Milliseconds that never jump; their zero means nothing."""

    def now_ms(self) -> float:
        return time.monotonic() * 1000


class CallClock:
    """Session time: milliseconds since this object was made."""

    __slots__ = ("_began", "_clock")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now_ms()

    def now_ms(self) -> float:
        return self._clock.now_ms() - self._began
