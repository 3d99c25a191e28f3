"""The alarm of a call."""

from __future__ import annotations

import asyncio

import pytest

from voiceagent.runtime.alarm import Alarm
from voiceagent.testing.clock import ManualClock


@pytest.fixture
def rung() -> asyncio.Event:
    return asyncio.Event()


async def test_it_rings_when_the_deadline_has_come_or_passed(rung: asyncio.Event) -> None:
    clock = ManualClock(1000)
    alarm = Alarm(clock, rung.set)
    alarm.set(900)
    await asyncio.wait_for(rung.wait(), 5)


async def test_it_can_be_set_again_after_ringing(rung: asyncio.Event) -> None:
    alarm = Alarm(ManualClock(), rung.set)
    for _ in range(2):
        rung.clear()
        alarm.set(0)
        await asyncio.wait_for(rung.wait(), 5)


async def test_a_new_deadline_replaces_the_old_one(rung: asyncio.Event) -> None:
    alarm = Alarm(ManualClock(), rung.set)
    alarm.set(3_600_000)
    alarm.set(3_600_000)
    alarm.set(0)
    await asyncio.wait_for(rung.wait(), 5)


async def test_it_can_be_silenced(rung: asyncio.Event) -> None:
    alarm = Alarm(ManualClock(), rung.set)
    alarm.set(0)
    alarm.set(None)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not rung.is_set()
