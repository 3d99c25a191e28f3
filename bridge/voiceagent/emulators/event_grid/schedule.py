"""When Event Grid tries again. Pure: the answer to one attempt and its number go in, the pause before the next comes out."""

from __future__ import annotations

from dataclasses import dataclass

BACKOFF_SECONDS = (10, 30, 60, 300, 600, 1_800, 3_600)
"""As documented; hourly after that."""

LEAST_SECONDS = {404: 300, 408: 120, 503: 30}
"""Documented least pauses after certain answers; 10 s after all others."""

NOT_RETRIED = frozenset((400, 401, 403, 413))
"""Answers of a webhook that Event Grid takes for final."""

DELIVERED = frozenset(range(200, 205))
"""Only 200 to 204 count as delivered."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """ACS's own advice for a phone line: two attempts and a life of one minute, as a call rings 30 s."""

    max_attempts: int = 2
    life_seconds: float = 60
    scale: float = 1.0
    """Multiplies all pauses and the life; below 1 for tests."""


def pause_before_next(policy: RetryPolicy, *, attempt: int, status: int | None, age_seconds: float) -> float | None:
    """Seconds to wait after failed attempt number `attempt` (the first is 1), or None when Event Grid gives the event up.

    `status` is None when no answer came.
    """
    if attempt >= policy.max_attempts or status in NOT_RETRIED:
        return None
    backoff = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
    pause = max(backoff, LEAST_SECONDS.get(status or 0, 10)) * policy.scale
    return pause if age_seconds + pause <= policy.life_seconds * policy.scale else None
