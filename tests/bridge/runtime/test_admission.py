"""Who may come in."""

from __future__ import annotations

import asyncio

import pytest

from voiceagent.runtime import admission as module
from voiceagent.runtime.admission import Admission, ConnectionBudget
from voiceagent.testing.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def test_so_many_calls_and_no_more() -> None:
    admission = Admission(max_calls=2)
    assert [await admission.enter() for _ in range(3)] == ["admitted", "admitted", "too_many_calls"]
    admission.leave()
    assert await admission.enter() == "admitted"
    assert admission.inside == 2


async def test_while_draining_nobody_comes_in() -> None:
    admission = Admission(max_calls=2)
    admission.drain()
    assert await admission.enter() == "draining"


async def test_beyond_the_engines_quota_callers_get_busy_until_its_minute_is_nearly_over(clock: ManualClock) -> None:
    admission = Admission(max_calls=100, budget=ConnectionBudget(3, clock))
    assert [await admission.enter() for _ in range(4)] == ["admitted"] * 3 + ["engine_quota"]
    clock.advance(49_999)
    assert await admission.enter() == "engine_quota"
    clock.advance(10_001)
    assert [await admission.enter() for _ in range(4)] == ["admitted"] * 3 + ["engine_quota"]
    assert admission.inside == 6


def test_those_who_wait_have_their_turn_in_order_and_none_is_given_twice(clock: ManualClock) -> None:
    budget = ConnectionBudget(2, clock)
    assert budget.book(0) == 0
    clock.advance(4000)
    assert budget.book(0) == 0
    clock.advance(48_000)
    assert budget.book(10_000) == 8000
    assert budget.book(10_000) is None  # the other is free in 12 s
    clock.advance(3000)
    assert [budget.book(10_000), budget.book(10_000)] == [9000, None]


def test_in_no_minute_are_there_more_than_that(clock: ManualClock) -> None:
    budget, given = ConnectionBudget(30, clock), []
    for _ in range(600):
        wait = budget.book(10_000)
        if wait is not None:
            given.append(clock.now_ms() + wait)
        clock.advance(500)
    assert all(later - earlier >= 60_000 for earlier, later in zip(given, given[24:], strict=False))
    assert len(given) >= 120


def test_a_fifth_is_kept_for_calls_that_go_on(clock: ManualClock) -> None:
    budget = ConnectionBudget(10, clock)
    assert [budget.book(0) for _ in range(9)] == [0.0] * 8 + [None]
    assert [budget.book(0, going_on=True) for _ in range(3)] == [0.0, 0.0, None]
    clock.advance(10_000)
    assert (budget.free_in_ms(), budget.free_in_ms(going_on=True)) == (50_000, 50_000)


async def test_a_caller_rings_on_until_a_connection_is_free(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    admission = Admission(max_calls=9, budget=ConnectionBudget(1, clock))
    await admission.enter()
    clock.advance(59_999)
    async with asyncio.timeout(5):
        assert await admission.enter() == "admitted"
    assert admission.inside == 2
    monkeypatch.setattr(module, "QUEUE_MS", 0.0)
    assert await admission.enter() == "engine_quota"


async def test_who_waits_counts_and_is_told_when_we_go_down(clock: ManualClock) -> None:
    admission = Admission(max_calls=2, budget=ConnectionBudget(1, clock))
    await admission.enter()
    clock.advance(50_000)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(admission.enter())
        await asyncio.sleep(0)
        assert admission.inside == 2
        assert await admission.enter() == "too_many_calls"
        admission.drain()
    assert waiting.result() == "draining"
    assert admission.inside == 1


async def test_a_wait_that_is_cut_short_leaves_no_trace(clock: ManualClock) -> None:
    admission = Admission(max_calls=2, budget=ConnectionBudget(1, clock))
    await admission.enter()
    clock.advance(50_000)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(admission.enter())
        await asyncio.sleep(0)
        waiting.cancel()
    assert admission.inside == 1
