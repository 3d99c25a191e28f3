"""The registry of running calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from voiceagent.runtime.registry import Registry


@dataclass(frozen=True)
class Call:
    call_id: str


async def test_calls_are_found_until_they_are_removed() -> None:
    calls: Registry[Call] = Registry()
    one, other = Call("one"), Call("other")
    calls.add(one)
    calls.add(other)
    calls.remove(one)
    calls.remove(one)
    assert (calls.find("one"), calls.find("other"), len(calls), list(calls)) == (None, other, 1, [other])


async def test_an_id_names_one_call() -> None:
    calls: Registry[Call] = Registry()
    calls.add(Call("one"))
    with pytest.raises(ValueError, match="runs already"):
        calls.add(Call("one"))


async def test_the_last_call_to_leave_is_waited_for() -> None:
    calls: Registry[Call] = Registry()
    await calls.empty()
    calls.add(Call("one"))
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(calls.empty())
        await asyncio.sleep(0)
        assert not waiting.done()
        calls.remove(Call("one"))
