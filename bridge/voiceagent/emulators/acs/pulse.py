"""The 20 ms beat of the whole network: one ticker for all calls, on an absolute schedule.

Beat n is due at `start + 20·n`, or as often as wanted. A beat that comes late does not move the next ones, and beats that were
missed are made up at once, so no call loses a frame and none drifts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from voiceagent.emulators.acs.lateness import Lateness

BEAT_MS = 20.0

LONGEST_GAP_MS = 2_000.0
"""After a longer stall (a laptop that slept) the schedule starts anew: a minute of frames at once helps nobody."""


def monotonic_ms() -> float:
    """The clock of an emulated network."""
    return time.monotonic() * 1000


class Pulse:
    """Runs until cancelled. `beat(now, late_ms)` must not wait."""

    def __init__(
        self, clock: Callable[[], float], beat: Callable[[float, float], Awaitable[None]], *, every_ms: float = BEAT_MS
    ) -> None:
        self.lateness = Lateness()
        self.restarts = 0
        self._clock = clock
        self._beat = beat
        self._every = every_ms

    async def run(self) -> None:
        due = self._clock() + self._every
        while True:
            wait = due - self._clock()
            if wait > 0:
                await asyncio.sleep(wait / 1000)
            due = await self.catch_up(due)

    async def catch_up(self, due: float) -> float:
        """Make all beats that are due by now; returns when the next one is."""
        now = self._clock()
        if now - due > LONGEST_GAP_MS:
            self.restarts += 1
            due = now
        while due <= now:
            late = now - due
            self.lateness.add(late)
            await self._beat(now, late)
            due += self._every
            now = self._clock()
        return due
