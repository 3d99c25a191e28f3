"""Event Grid delivers: each event in a task of its own, until it is taken or given up, twice if duplicates are asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.event_grid.schedule import DELIVERED, RetryPolicy, pause_before_next
from voiceagent.emulators.event_grid.subscription import Subscription
from voiceagent.protocol import event_grid as wire

if TYPE_CHECKING:
    import httpx

ATTEMPTS_KEPT = 500
"""Attempts remembered for `GET /emulator/subscription`, the oldest are forgotten."""

ANSWER_SECONDS = 30.0
"""Event Grid waits this long for an answer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST of an event: `status` is None when no answer came."""

    event_id: str
    type: str
    number: int
    status: int | None


class Deliveries:
    """`publish` returns at once; `start` begins the task of a delivery and owns it."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        start: Callable[[Coroutine[Any, Any, None]], object],
        *,
        policy: RetryPolicy,
        duplicates: bool = False,
        clock_ms: Callable[[], float],
    ) -> None:
        self.subscription: Subscription | None = None
        self.attempts: deque[Attempt] = deque(maxlen=ATTEMPTS_KEPT)
        self._client = client
        self._start = start
        self._policy = policy
        self._duplicates = duplicates
        self._clock_ms = clock_ms

    def publish(self, event: wire.GridEvent, given_up: Callable[[Attempt], None] = lambda _: None) -> bool:
        """Deliver an event to the subscription; False when there is none. `given_up` hears of the last failed attempt."""
        if self.subscription is None:
            return False
        for _ in range(2 if self._duplicates else 1):
            self._start(self._deliver(event, self.subscription, given_up))
        return True

    async def _deliver(self, event: wire.GridEvent, subscription: Subscription, given_up: Callable[[Attempt], None]) -> None:
        began = self._clock_ms()
        number = 0
        while True:
            number += 1
            status = await self._post(event, subscription, number)
            attempt = Attempt(event.event_id, event.type, number, status)
            self.attempts.append(attempt)
            if status in DELIVERED:
                return
            age = (self._clock_ms() - began) / 1000
            pause = pause_before_next(self._policy, attempt=number, status=status, age_seconds=age)
            if pause is None:
                given_up(attempt)
                return
            await asyncio.sleep(pause)

    async def _post(self, event: wire.GridEvent, subscription: Subscription, number: int) -> int | None:
        import httpx

        body, headers = wire.encode_delivery(
            event, subscription.schema, subscription_name=subscription.name, delivery_count=number - 1
        )
        if subscription.schema == "cloud-events":
            headers["Origin"] = "eventgrid.azure.net"
        try:
            answer = await self._client.post(
                subscription.endpoint, content=body, headers={**headers, **subscription.headers}, timeout=ANSWER_SECONDS
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return answer.status_code
