"""Whether a further call may be answered: a bound on calls at once, and a budget of engine connections per minute.

The engine's quota, not the processor, is the real ceiling (30 new connections a minute by default). A herd of calls queues
where it costs nothing, in the ringing phone; whose turn would not come in time is given *busy*, and the webhook that announced
the call never fails.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from typing import Literal

from voiceagent.ports import Clock

Verdict = Literal["admitted", "too_many_calls", "engine_quota", "draining"]

QUEUE_MS = 10_000.0
"""How long a phone may ring for the engine's sake: callers hear 30 s of ringing at most, and answering takes its time too."""

_MINUTE_MS = 60_000.0


class ConnectionBudget:
    """No more than `per_minute` connections in any minute, whatever minute the service counts by.

    A fifth of them is for calls that go on: callers whose engine was lost must not queue behind a herd of new ones.
    """

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._for_new = per_minute - per_minute // 5
        self._booked: list[float] = []
        """When connections were, or will be, free; in order, none older than a minute."""

    def book(self, within_ms: float, *, going_on: bool = False) -> float | None:
        """Take the next free connection and tell in how many milliseconds it is free; None, and nothing taken, if later."""
        now, free_in = self._clock.now_ms(), self.free_in_ms(going_on=going_on)
        if free_in > within_ms:
            return None
        insort(self._booked, now + free_in)
        return free_in

    def free_in_ms(self, *, going_on: bool = False) -> float:
        """When the next connection is free; `going_on`: for a call that was let in before."""
        now, bound = self._clock.now_ms(), self._per_minute if going_on else self._for_new
        self._booked = [at for at in self._booked if at + _MINUTE_MS > now]
        return 0.0 if len(self._booked) < bound else self._booked[-bound] + _MINUTE_MS - now


class Admission:
    """Asked once per incoming call; `leave` must follow every admitted one."""

    def __init__(self, *, max_calls: int, budget: ConnectionBudget | None = None) -> None:
        self.max_calls = max_calls
        self._budget = budget
        self._inside = 0
        self._draining = asyncio.Event()

    @property
    def inside(self) -> int:
        """Calls admitted, or waiting for it, and not yet left."""
        return self._inside

    @property
    def draining(self) -> bool:
        """Nobody is admitted any more."""
        return self._draining.is_set()

    def drain(self) -> None:
        """Admit nobody from now on, not even those who wait."""
        self._draining.set()

    async def enter(self) -> Verdict:
        """Admit a call, or say why not. Waits, at most `QUEUE_MS`, for a connection to the engine to become free."""
        if self.draining:
            return "draining"
        if self._inside >= self.max_calls:
            return "too_many_calls"
        wait_ms = 0.0 if self._budget is None else self._budget.book(QUEUE_MS)
        if wait_ms is None:
            return "engine_quota"
        self._inside += 1
        admitted = False
        try:
            admitted = wait_ms <= 0 or await self._still_open_after(wait_ms)
        finally:
            if not admitted:
                self.leave()
        return "admitted" if admitted else "draining"

    async def _still_open_after(self, ms: float) -> bool:
        try:
            async with asyncio.timeout(ms / 1000):
                await self._draining.wait()
        except TimeoutError:
            return True
        return False

    def leave(self) -> None:
        """An admitted call is over."""
        self._inside -= 1
