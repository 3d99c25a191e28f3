"""One alarm that can be set again: rings when a deadline on a call's own clock has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceagent.ports import Clock


class Alarm:
    """Belongs to the running loop. Setting it to the time it is set to already costs nothing."""

    __slots__ = ("_clock", "_due", "_ring", "_timer")

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, due: float | None) -> None:
        """Ring at `due` (milliseconds on the clock), or not at all."""
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = due
        if due is not None:
            wait = max(0.0, due - self._clock.now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(wait, self._now)

    def _now(self) -> None:
        self._due = self._timer = None
        self._ring()
