"""Coroutines that refuse to end do not hold up whoever waits for them."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys

import pytest

from voiceagent.tools.strays import Strays


class Stubborn:
    """A coroutine that swallows every cancellation until it is let go."""

    def __init__(self, ending: BaseException | None = None) -> None:
        self.began = asyncio.Event()
        self.over = asyncio.Event()
        self.cancellations = 0
        self._ending = ending

    async def run(self) -> str:
        self.began.set()
        while not self.over.is_set():
            try:
                await self.over.wait()
            except asyncio.CancelledError:
                self.cancellations += 1
        if self._ending:
            raise self._ending
        return "late"


async def gone(strays: Strays) -> None:
    async with asyncio.timeout(5):
        while len(strays):
            await asyncio.sleep(0)


async def test_what_ends_in_time_is_just_awaited() -> None:
    async def work() -> str:
        return "done"

    assert await Strays().within(5, work(), name="t") == "done"


async def test_what_ends_at_its_cancellation_is_late_and_no_stray() -> None:
    strays = Strays()
    with pytest.raises(TimeoutError):
        await strays.within(0.001, asyncio.Event().wait(), name="t")
    assert not len(strays)


@pytest.mark.parametrize("ending", [None, ValueError("nobody listens")], ids=["result", "error"])
async def test_what_refuses_to_end_is_left_behind_and_told_once(
    ending: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    strays, stubborn = Strays(grace_seconds=0.001), Stubborn(ending)
    with pytest.raises(TimeoutError):
        await strays.within(0.001, stubborn.run(), name="lookup")
    assert len(strays) == 1
    gc.collect()  # nobody else holds it
    stubborn.over.set()
    await gone(strays)
    assert stubborn.cancellations == 1
    assert caplog.messages == ["tool lookup ignores its cancellation; it is left behind and its result with it"]


async def test_a_group_ends_though_its_coroutine_does_not() -> None:
    strays, stubborn = Strays(grace_seconds=0.001), Stubborn()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(strays.within(3600, stubborn.run(), name="t"))
        await stubborn.began.wait()
        waiting.cancel()
    assert waiting.cancelled()
    stubborn.over.set()
    await gone(strays)


async def test_who_waits_may_be_cancelled_twice() -> None:
    strays, stubborn = Strays(grace_seconds=3600), Stubborn()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(strays.within(3600, stubborn.run(), name="t"))
        await stubborn.began.wait()
        waiting.cancel()
        while not stubborn.cancellations:
            await asyncio.sleep(0)
        waiting.cancel()
    stubborn.over.set()
    await gone(strays)


PROGRAM = """
import asyncio, time
from voiceagent.tools.run import PythonTools

async def stubborn():
    "Refuses."
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

def stuck():
    "Hangs."
    time.sleep(3600)

async def main():
    tools = PythonTools([stubborn, stuck], now_ms=lambda: 0.0)
    for name in ("stubborn", "stuck"):
        returned = await tools.run(name, "{}", tool_call_id="t", timeout_ms=10, context={})
        print(returned.outcome)

asyncio.run(main())
"""


def test_a_process_ends_though_its_tools_do_not() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout.split()) == (0, ["timeout", "timeout"])
