"""What replicas know together: a ring is taken once, calls are counted in all, and without Redis each goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
import redis_stub

from voiceagent.runtime.store import SharedStore, open_store


class Away:
    """A Redis that nobody reaches."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: Any, **__: Any) -> Any:
            raise ConnectionError("no way there")

        return fail


async def test_a_ring_is_taken_by_whoever_asks_first() -> None:
    async with (
        redis_stub.redis_stub() as (_, url),
        open_store(url, bridge="shop", replica="one", calls=lambda: 0) as one,
        open_store(url, bridge="shop", replica="two", calls=lambda: 0) as two,
        open_store(url, bridge="bank", replica="one", calls=lambda: 0) as other_bridge,
    ):
        taken = [await one.first("ring"), await two.first("ring"), await one.first("ring"), await other_bridge.first("ring")]
    assert taken == [True, False, False, True]


async def test_calls_are_counted_over_all_replicas() -> None:
    async with (
        redis_stub.redis_stub() as (_, url),
        open_store(url, bridge="shop", replica="one", calls=lambda: 2) as one,
        open_store(url, bridge="shop", replica="two", calls=lambda: 5) as two,
    ):
        await two.beat()
        await one.beat()
        assert one.calls_of_all == 7


async def test_a_replica_that_left_or_is_missed_is_counted_no_more() -> None:
    async with redis_stub.redis_stub() as (stub, url), open_store(url, bridge="shop", replica="one", calls=lambda: 2) as one:
        async with open_store(url, bridge="shop", replica="two", calls=lambda: 5) as two:
            await two.beat()
            await one.beat()
        left = [one.calls_of_all, (await one.beat(), one.calls_of_all)[1]]
        stub.sets["voiceagent:shop:replicas"].add(b"killed")
        await one.beat()
        assert (left, one.calls_of_all) == ([7, 2], 2)
        assert stub.sets["voiceagent:shop:replicas"] == {b"one"}
        assert stub.seconds["voiceagent:shop:calls:one"] == 20


async def test_without_redis_it_answers_and_counts_its_own_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    store = SharedStore(Away(), bridge="shop", replica="one", calls=lambda: 3)
    with caplog.at_level(logging.WARNING):
        taken = [await store.first("ring"), await store.first("ring")]
        await store.beat()
        await store.leave()
    assert (taken, store.calls_of_all) == ([True, True], 3)
    assert [record.message for record in caplog.records] == ["Redis is away (ConnectionError): this replica goes on by itself"]


async def test_it_notices_that_redis_is_back(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)  # its own beat may be the one that notices
    async with redis_stub.redis_stub() as (_, url), open_store(url, bridge="shop", replica="one", calls=lambda: 0) as one:
        there, one._table = one._table, Away()
        await one.beat()
        one._table = there
        await one.beat()
        assert "Redis is back" in caplog.text
        assert [await one.first("ring"), await one.first("ring")] == [True, False]


async def test_leaving_the_block_ends_the_beat() -> None:
    before = len(asyncio.all_tasks())
    async with redis_stub.redis_stub() as (_, url), open_store(url, bridge="shop", replica="one", calls=lambda: 0):
        pass
    assert len(asyncio.all_tasks()) == before
