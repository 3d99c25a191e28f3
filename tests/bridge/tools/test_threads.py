"""Threads that are few and never keep the process."""

from __future__ import annotations

import asyncio
import contextvars
import threading

from voiceagent.tools.threads import ToolThreads


async def test_the_result_or_the_error_comes_back() -> None:
    threads = ToolThreads(2)
    error = SystemExit(3)

    def leave() -> None:
        raise error

    assert await threads.run(lambda: 4271) == (4271, None)
    assert await threads.run(leave) == (None, error)


async def test_the_thread_is_a_daemon_and_knows_the_context() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("here")
    seen, _ = await ToolThreads(1).run(lambda: (threading.current_thread().daemon, variable.get()))
    assert seen == (True, "here")


async def test_when_all_are_busy_the_next_waits_for_one() -> None:
    threads, gate, began = ToolThreads(1), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def busy() -> str:
        loop.call_soon_threadsafe(began.set)
        gate.wait(10)
        return "first"

    async with asyncio.TaskGroup() as group:
        first = group.create_task(threads.run(busy))
        await began.wait()
        second = group.create_task(threads.run(lambda: "second"))
        await asyncio.sleep(0)
        assert not second.done()
        gate.set()
    assert (first.result()[0], second.result()[0]) == ("first", "second")


async def test_a_wait_that_was_cancelled_gives_its_place_back_when_the_thread_ends() -> None:
    threads, gate, began = ToolThreads(1), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def busy() -> None:
        loop.call_soon_threadsafe(began.set)
        gate.wait(10)

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(threads.run(busy))
        await began.wait()
        waiting.cancel()
    gate.set()
    assert await threads.run(lambda: "next") == ("next", None)
