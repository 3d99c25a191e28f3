"""Whose turn it is to open an engine session: the first of a call was let in with it, each further one waits for its own.

Calls lose their engines together, when a service or a network fails, and would all be back in the same moment: so whoever comes
again is a little late, by chance, and takes one of the connections a minute that all calls share.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from voiceagent.call.commands import EngineSetup
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine, EngineListener
from voiceagent.runtime.admission import QUEUE_MS, ConnectionBudget
from voiceagent.runtime.exchange import OpenEngine

APART_MS = 250.0
"""The longest such delay; it doubles with each attempt that failed, up to `MOST_APART_MS`."""

MOST_APART_MS = 2_000.0


class Connecting:
    """The engine connections of one call; `open` is its `OpenEngine`."""

    def __init__(
        self,
        open_engine: OpenEngine,
        budget: ConnectionBudget | None = None,
        *,
        chance: Callable[[], float] = random.random,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._open_engine = open_engine
        self._budget = budget
        self._chance = chance
        self._wait = wait
        self._first = True
        self._failed = 0

    async def open(self, setup: EngineSetup, listener: EngineListener) -> Engine:
        """Open a session when it is its turn. Raises RemoteError."""
        if self._first:
            self._first = False
        else:
            await self._wait((self._turn_ms() + self._apart_ms()) / 1000)
        try:
            engine = await self._open_engine(setup, listener)
        except RemoteError:
            self._failed += 1
            raise
        self._failed = 0
        return engine

    def _apart_ms(self) -> float:
        return self._chance() * min(MOST_APART_MS, APART_MS * 2.0 ** min(self._failed, 9))

    def _turn_ms(self) -> float:
        if self._budget is None:
            return 0.0
        turn_ms = self._budget.book(QUEUE_MS, going_on=True)
        if turn_ms is None:
            free_in = self._budget.free_in_ms(going_on=True) / 1000
            raise RemoteError(
                f"all connections to the engine of this minute are taken; the next is free in {free_in:.0f} s",
                service="the engine",
                status=429,
                remedy="ask for a higher quota, and raise limits.engine_connections_per_minute",
                retry_after_seconds=max(0.0, free_in - QUEUE_MS / 1000),
            )
        return turn_ms
