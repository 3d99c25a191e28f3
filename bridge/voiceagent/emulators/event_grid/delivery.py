"""Event Grid delivers: to each subscription that wants an event, in a task of its own, until it is taken or given up.

At least once means sometimes twice, and no order is promised; both can be asked for here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.event_grid import dead_letters
from voiceagent.emulators.event_grid.filters import text_at
from voiceagent.emulators.event_grid.schedule import DELIVERED, RetryPolicy, pause_before_next
from voiceagent.emulators.event_grid.subscription import Subscription
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint import answers as lint
from voiceagent.emulators.lint.findings import Findings
from voiceagent.protocol import event_grid as wire

if TYPE_CHECKING:
    import httpx

ATTEMPTS_KEPT = 500
"""Attempts remembered for `GET /emulator/subscription`, the oldest are forgotten."""

ANSWER_SECONDS = 30.0
"""Event Grid waits this long for an answer."""

OWN = ""
"""The place of the one subscription that was made through the emulator's own address."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST of an event: `status` is None when no answer came."""

    event_id: str
    type: str
    number: int
    status: int | None
    subscription: str = ""


@dataclass(slots=True)
class Conditions:
    """How badly the service behaves; may be changed while it runs."""

    scale: float = 1.0
    """Multiplies all pauses and lives of events; below 1 makes time pass faster."""
    duplicates: bool = False
    """Deliver each event twice."""
    reorder_ms: float = 0
    """Hold each delivery back for a chance time of up to this, so that events overtake each other."""
    dead_letters: Path | None = None
    """Folder that stands for the storage account; None: what is given up is forgotten."""
    random: Random = field(default_factory=Random, repr=False)


class Deliveries:
    """`publish` returns at once; `start` begins the task of a delivery and owns it. `subscriptions` by their ARM id."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        start: Callable[[Coroutine[Any, Any, None]], object],
        *,
        policy: RetryPolicy,
        conditions: Conditions | None = None,
        clock_ms: Callable[[], float],
        wall: Callable[[], float] = lambda: 0.0,
        faults: Switchboard | None = None,
        findings: Findings | None = None,
    ) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.attempts: deque[Attempt] = deque(maxlen=ATTEMPTS_KEPT)
        self.conditions = conditions or Conditions()
        self.token_for: Callable[[str, str], str] | None = None
        """Signs for a tenant and an app; None: deliveries carry no tokens."""
        self._client = client
        self._start = start
        self._policy = policy
        self._clock_ms = clock_ms
        self._wall = wall
        self._faults = faults or Switchboard()
        self._findings = Findings() if findings is None else findings
        self._delivered = asyncio.Event()
        """Set, and replaced, whenever an event was taken."""

    @property
    def subscription(self) -> Subscription | None:
        """The one that was made through the emulator's own address."""
        return self.subscriptions.get(OWN)

    @subscription.setter
    def subscription(self, given: Subscription | None) -> None:
        self.subscriptions.pop(OWN, None)
        if given is not None:
            self.subscriptions[OWN] = given

    def publish(self, event: wire.GridEvent, given_up: Callable[[Attempt], None] = lambda _: None, *, call: str = "") -> int:
        """Deliver an event to all who want it; returns how many that are. `given_up` hears of each last failed attempt.

        `call` is the emulated call it tells of, so that faults of that call find it.
        """
        # unverified: no-muted-endpoints
        wanting = [one for one in self.subscriptions.values() if one.wanted.takes(wire.encode(event, one.schema))]
        for subscription in wanting:
            for _ in range(2 if self.conditions.duplicates else 1):
                self._start(self._fated(event, subscription, given_up, call))
        return len(wanting)

    async def _fated(
        self, event: wire.GridEvent, subscription: Subscription, given_up: Callable[[Attempt], None], call: str
    ) -> None:
        """Deliver it as the faults that are armed will have it."""
        for shot in self._faults.strikes("delivery", event.type.rsplit(".", 1)[-1], call):
            match shot.effect:
                case "omit":
                    return
                case "repeat":
                    self._start(self._deliver(event, subscription, given_up))
                case "delay":
                    await self._faults.pause(shot.number("ms"))
                case "age":
                    event = replace(event, time=earlier(event.time, shot.number("seconds")))
                case "forge":
                    kept = {} if shot.text("kind") == "none" else dict.fromkeys(subscription.headers, "wrong")
                    subscription = replace(subscription, headers=kept)
                case "swap":
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._delivered.wait(), shot.number("ms") / 1000)
        await self._deliver(event, subscription, given_up)

    async def _deliver(self, event: wire.GridEvent, subscription: Subscription, given_up: Callable[[Attempt], None]) -> None:
        began, published = self._clock_ms(), self._wall()
        policy = subscription.policy or self._policy
        if self.conditions.reorder_ms > 0:
            await asyncio.sleep(self.conditions.random.random() * self.conditions.reorder_ms / 1000)
        number = 0
        while True:
            number += 1
            status = await self._post(event, subscription, number)
            attempt = Attempt(event.event_id, event.type, number, status, subscription.name)
            self.attempts.append(attempt)
            if status in DELIVERED:
                self._delivered.set()
                self._delivered = asyncio.Event()
                return
            age = (self._clock_ms() - began) / 1000
            scaled = RetryPolicy(policy.max_attempts, policy.life_seconds, policy.scale * self.conditions.scale)
            pause = pause_before_next(scaled, attempt=number, status=status, age_seconds=age)
            if pause is None:
                given_up(attempt)
                await self._bury(event, subscription, attempt, published, out_of_time=number < policy.max_attempts)
                return
            await asyncio.sleep(pause)

    async def _post(self, event: wire.GridEvent, subscription: Subscription, number: int) -> int | None:
        import httpx

        body, headers = wire.encode_delivery(
            event, subscription.schema, subscription_name=subscription.name, delivery_count=number - 1
        )
        if subscription.schema == "cloud-events":
            headers["Origin"] = "eventgrid.azure.net"
        if subscription.copied:
            written = wire.encode(event, subscription.schema)
            headers |= {name: text_at(written, key) for name, key in subscription.copied.items()}
        if subscription.entra[1] and self.token_for is not None:
            headers["Authorization"] = f"Bearer {self.token_for(*subscription.entra)}"
        began, status = self._clock_ms(), None
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            answer = await self._client.post(
                subscription.endpoint, content=body, headers={**headers, **subscription.headers}, timeout=ANSWER_SECONDS
            )
            status = answer.status_code
        self._findings.report(lint.delivery(status, self._clock_ms() - began), f"delivery to {subscription.endpoint}", body)
        return status

    # unverified: dead-letters-at-once
    async def _bury(
        self, event: wire.GridEvent, subscription: Subscription, attempt: Attempt, published: float, *, out_of_time: bool
    ) -> None:
        folder = self.conditions.dead_letters
        if folder is None or not subscription.dead_letters:
            return
        written = dead_letters.dead_letter(
            wire.encode(event, subscription.schema),
            status=attempt.status,
            attempts=attempt.number,
            published=published,
            last=self._wall(),
            out_of_time=out_of_time,
        )
        path = dead_letters.place_of(
            folder,
            container=subscription.dead_letters,
            subscription=subscription.name,
            event_id=event.event_id,
            at=self._wall(),
        )
        await asyncio.to_thread(dead_letters.write, path, written)


def earlier(time: str, seconds: float) -> str:
    """A time of an event, so much before; what is no time stays as it is."""
    try:
        return (datetime.fromisoformat(time) - timedelta(seconds=seconds)).isoformat()
    except ValueError:
        return time
