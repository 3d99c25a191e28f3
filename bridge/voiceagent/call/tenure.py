"""How long one engine session serves a call, and what follows it: its successor at the right moment, or the search for one.

An engine ends its sessions after an hour or at the time it told. So a second session is opened before that, beside the one that
serves, and takes over when nobody is speaking; the caller hears nothing of it. A session that breaks, or one that cannot be had
when the call comes, is followed by a new one as soon as there is one, and given up after a while.
"""

from __future__ import annotations

from typing import Literal

from voiceagent.call.tables import Machine, Table

TenureState = Literal["opening", "serving", "renewing", "relieved", "away", "gone"]
TenureSignal = Literal["ready", "due", "spare_ready", "spare_failed", "turn_over", "lost", "refused", "overdue"]
TenureAction = Literal["open_spare", "switch", "try_later", "give_up"]

TENURE: Table[TenureState, TenureSignal, TenureAction] = Table(
    name="The engine's session",
    about="Renewing: a second session is being opened while the first one serves. Relieved: it is ready and waits for the end "
    "of a turn. Away: there is none.",
    start="opening",
    rules={
        ("opening", "ready"): ("serving", None),
        ("opening", "lost"): ("away", "try_later"),
        ("opening", "refused"): ("gone", "give_up"),
        ("serving", "due"): ("renewing", "open_spare"),
        ("serving", "lost"): ("away", "open_spare"),
        ("renewing", "spare_ready"): ("relieved", None),
        ("renewing", "spare_failed"): ("serving", "try_later"),
        ("renewing", "lost"): ("away", None),
        ("relieved", "turn_over"): ("serving", "switch"),
        ("relieved", "lost"): ("serving", "switch"),
        ("relieved", "spare_failed"): ("serving", "try_later"),
        ("away", "spare_ready"): ("serving", "switch"),
        ("away", "spare_failed"): ("away", "try_later"),
        ("away", "due"): ("away", "open_spare"),
        ("away", "overdue"): ("gone", "give_up"),
    },
)

MARGIN_MS = 300_000
"""So long before an engine ends its session the next one is opened, or a quarter of a shorter life: time for a turn to end."""

RETRY_RENEWAL_MS = 30_000
"""A renewal that failed is tried again after this: the session that serves is still good."""

RETRIES_MS = (0.0, 250.0, 500.0, 1_000.0, 2_000.0)
"""How long to wait before each search for a new session; the last holds for all that follow."""


class Tenure:
    """The engine sessions of one call. `renew_ms`: the longest service of one; `reconnect_ms`: how long a lost one is searched
    for, 0: not at all."""

    def __init__(self, *, renew_ms: float | None, reconnect_ms: float) -> None:
        self._machine = Machine(TENURE)
        self._renew_ms = renew_ms
        self._reconnect_ms = reconnect_ms
        self._due: float | None = None
        self._overdue: float | None = None
        self._spare_ends: float | None = None
        self._tries = 0

    @property
    def state(self) -> TenureState:
        return self._machine.state

    @property
    def serves(self) -> bool:
        """There is an engine that answers."""
        return self._machine.state in ("serving", "renewing", "relieved")

    @property
    def lost(self) -> bool:
        """There was one, and is none now."""
        return self._machine.state in ("away", "gone")

    def ready(self, lifetime_ms: float | None, now: float) -> None:
        """The first session serves; `lifetime_ms`: when the engine will end it, if it told."""
        if self._machine.allows("ready"):
            self._machine.signal("ready")
            self._due = self._renewal(_end(lifetime_ms, now), now)

    def spare_ready(self, lifetime_ms: float | None, now: float) -> TenureAction | None:
        """A further session is ready."""
        if not self._machine.allows("spare_ready"):
            return None
        self._spare_ends = _end(lifetime_ms, now)
        return self._switched(self._machine.signal("spare_ready"), now)

    def spare_failed(self, now: float, *, retry_after_ms: float | None = None) -> None:
        """A further session could not be opened, or is gone already."""
        if self._machine.signal("spare_failed") == "try_later":
            wait = self._next_try() if self._machine.state == "away" else RETRY_RENEWAL_MS
            self._due = now + max(wait, retry_after_ms or 0.0)

    def not_opened(self, now: float, *, lasting: bool, retry_after_ms: float | None = None) -> TenureAction | None:
        """The first session could not be opened; `lasting`: it would not be the second time either."""
        if lasting or not self._reconnect_ms:
            return self._machine.signal("refused")
        self._tries, self._overdue = 1, now + self._reconnect_ms
        self._due = now + max(self._next_try(), retry_after_ms or 0.0)
        return self._machine.signal("lost")

    def turn_over(self, now: float) -> TenureAction | None:
        """Nobody speaks and nobody waits for anything."""
        return self._switched(self._machine.signal("turn_over"), now)

    def fell_away(self, now: float) -> TenureAction | None:
        """The session that served is gone."""
        if self._machine.state in ("serving", "renewing") and not self._reconnect_ms:
            self._machine.signal("lost")
            self._machine.signal("overdue")
            self._due = None
            return "give_up"
        action = self._switched(self._machine.signal("lost"), now)
        if self._machine.state == "away" and self._overdue is None:
            self._due, self._tries, self._overdue = None, 1, now + self._reconnect_ms
        return action

    def settle(self, now: float) -> TenureAction | None:
        """What has become due."""
        if self._overdue is not None and now >= self._overdue:
            self._overdue = self._due = None
            return self._machine.signal("overdue")
        if self._due is not None and now >= self._due:
            self._due = None
            return self._machine.signal("due")
        return None

    def deadline(self) -> float | None:
        return min((due for due in (self._due, self._overdue) if due is not None), default=None)

    def _switched(self, action: TenureAction | None, now: float) -> TenureAction | None:
        if action == "switch":
            self._due, self._overdue, self._tries = self._renewal(self._spare_ends, now), None, 0
        return action

    def _next_try(self) -> float:
        wait = RETRIES_MS[min(self._tries, len(RETRIES_MS) - 1)]
        self._tries += 1
        return wait

    def _renewal(self, ends: float | None, now: float) -> float | None:
        bounds = [None if self._renew_ms is None else now + self._renew_ms, ends]
        return min((bound for bound in bounds if bound is not None), default=None)


def _end(lifetime_ms: float | None, now: float) -> float | None:
    """When a session is to be followed by another, by what the engine told of its life."""
    return None if lifetime_ms is None else now + lifetime_ms - min(MARGIN_MS, lifetime_ms / 4)
