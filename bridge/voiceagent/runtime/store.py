"""What the replicas of one bridge know together, in Redis: which rings were taken, and how many calls there are in all.

Nothing here is worth a call: when Redis is away, a replica takes what it is given and counts its own. Where a call is needs no
store at all; its addresses tell (`server.replicas`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import Any, Protocol

_log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
_ALIVE_SECONDS = 20
"""A replica that has not been heard of for so long is gone, and its calls with it."""
_REMEMBERED_SECONDS = 3600
"""Event Grid delivers for a day at most, but a ring is stale after half a minute."""
_PATIENCE_SECONDS = 2.0
"""A caller waits for the answer."""


class Table(Protocol):
    """The commands of Redis that are used."""

    def set(self, name: str, value: str, *, ex: int, nx: bool = False) -> Awaitable[object]: ...
    def sadd(self, name: str, member: str) -> Awaitable[object]: ...
    def srem(self, name: str, *members: str) -> Awaitable[object]: ...
    def smembers(self, name: str) -> Awaitable[AbstractSet[bytes]]: ...
    def mget(self, names: list[str]) -> Awaitable[list[bytes | None]]: ...
    def delete(self, name: str) -> Awaitable[object]: ...


class SharedStore:
    """One replica's view. `calls` tells how many it has itself."""

    def __init__(self, table: Table, *, bridge: str, replica: str, calls: Callable[[], int]) -> None:
        self._table = table
        self._prefix = f"voiceagent:{bridge}"
        self._replica = replica
        self._calls = calls
        self._others = 0
        self._away = False

    @property
    def calls_of_all(self) -> int:
        """Calls of all replicas; those of the others as they were some seconds ago."""
        return self._others + self._calls()

    async def first(self, ring: str) -> bool:
        """Whether nobody has taken this ring before; whoever asks first has."""
        if self._away:
            return True  # no caller is to wait for what is known to be gone
        try:
            new = await self._table.set(f"{self._prefix}:ring:{ring}", self._replica, ex=_REMEMBERED_SECONDS, nx=True)
        except Exception as error:  # whatever Redis has, the caller is to be answered
            self._tell(error)
            return True
        return bool(new)

    async def beat(self) -> None:
        """Tell the others how many calls are here, and hear how many are with them."""
        try:
            self._others = await self._exchange()
        except Exception as error:  # it is tried again in a moment
            self._others = 0
            self._tell(error)
            return
        if self._away:
            self._away = False
            _log.info("Redis is back")

    async def keep_beating(self) -> None:
        """Until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(BEAT_SECONDS)

    async def leave(self) -> None:
        """The others need not wait until this replica is missed."""
        try:
            await self._table.srem(f"{self._prefix}:replicas", self._replica)
            await self._table.delete(self._key(self._replica))
        except Exception as error:  # it is missed soon enough
            self._tell(error)

    async def _exchange(self) -> int:
        table, names = self._table, f"{self._prefix}:replicas"
        await table.set(self._key(self._replica), str(self._calls()), ex=_ALIVE_SECONDS)
        await table.sadd(names, self._replica)
        others = sorted(member.decode() for member in await table.smembers(names) if member.decode() != self._replica)
        if not others:
            return 0
        counts = await table.mget([self._key(one) for one in others])
        if gone := [one for one, count in zip(others, counts, strict=True) if count is None]:
            await table.srem(names, *gone)
        return sum(int(count) for count in counts if count is not None)

    def _key(self, replica: str) -> str:
        return f"{self._prefix}:calls:{replica}"

    def _tell(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            _log.warning("Redis is away (%s): this replica goes on by itself", type(error).__name__)


@asynccontextmanager
async def open_store(url: str, *, bridge: str, replica: str, calls: Callable[[], int]) -> AsyncIterator[SharedStore]:
    """The store while the block runs; its place among the others is kept and then left."""
    from redis.asyncio import Redis

    table: Any = Redis.from_url(url, protocol=2, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS)
    store = SharedStore(table, bridge=bridge, replica=replica, calls=calls)
    async with table, asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(store.keep_beating())
        try:
            yield store
        finally:
            beating.cancel()
            await store.leave()
