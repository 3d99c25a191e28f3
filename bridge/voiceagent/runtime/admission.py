"""Whether a further call may be answered: a bound on calls at once, and a budget of engine connections per minute.

The engine's quota, not the processor, is the real ceiling (30 new connections a minute by default), so a herd of calls must be
turned away politely with *busy* and not by failing the webhook that announced them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voiceagent.ports import Clock

Verdict = Literal["admitted", "too_many_calls", "engine_quota", "draining"]


@dataclass(slots=True)
class ConnectionBudget:
    """A token bucket: `per_minute` connections, of which `burst` may come at once."""

    per_minute: float
    burst: float
    clock: Clock
    _level: float = -1.0
    _at_ms: float = 0.0

    def take(self) -> bool:
        """Use one connection, if there is one."""
        now = self.clock.now_ms()
        if self._level < 0:
            self._level = self.burst
        else:
            self._level = min(self.burst, self._level + (now - self._at_ms) * self.per_minute / 60_000)
        self._at_ms = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


class Admission:
    """Asked once per incoming call; `leave` must follow every admitted one."""

    def __init__(self, *, max_calls: int, budget: ConnectionBudget | None = None) -> None:
        self.max_calls = max_calls
        self.draining = False
        self._budget = budget
        self._inside = 0

    @property
    def inside(self) -> int:
        """Calls admitted and not yet left."""
        return self._inside

    def enter(self) -> Verdict:
        """Admit a call, or say why not."""
        if self.draining:
            return "draining"
        if self._inside >= self.max_calls:
            return "too_many_calls"
        if self._budget is not None and not self._budget.take():
            return "engine_quota"
        self._inside += 1
        return "admitted"

    def leave(self) -> None:
        """An admitted call is over."""
        self._inside -= 1
