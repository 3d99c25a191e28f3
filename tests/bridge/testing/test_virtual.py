"""Waiting takes no time."""

from __future__ import annotations

import asyncio
import time

import pytest

from voiceagent.testing.virtual import VirtualLoop, run_virtually


def test_an_hour_passes_at_once() -> None:
    async def work() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        await asyncio.sleep(3_600)
        return loop.now_ms()

    began = time.monotonic()
    assert run_virtually(work()) == pytest.approx(3_600_000, abs=1)
    assert time.monotonic() - began < 5


def test_timers_keep_their_order() -> None:
    async def work() -> list[int]:
        order: list[int] = []

        async def later(seconds: int) -> None:
            await asyncio.sleep(seconds)
            order.append(seconds)

        async with asyncio.TaskGroup() as tasks:
            for seconds in (3, 1, 2):
                tasks.create_task(later(seconds))
        return order

    assert run_virtually(work()) == [1, 2, 3]


def test_waiting_for_nothing_is_an_error() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        run_virtually(work())
