from __future__ import annotations

import asyncio

import pytest

from voiceagent.emulators.tasks import Tasks, task_group


async def test_what_still_goes_on_is_cancelled_together() -> None:
    done: list[str] = []

    async def work(name: str, until: asyncio.Event) -> None:
        await until.wait()
        done.append(name)

    now, never = asyncio.Event(), asyncio.Event()
    now.set()
    async with task_group() as group:
        tasks = Tasks(group)
        await tasks.start(work("one", now))
        other = tasks.start(work("two", never))
        tasks.cancel()
    assert (done, other.cancelled()) == (["one"], True)


async def test_the_blocks_own_exception_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with task_group():
            raise KeyError


async def test_one_of_a_task_ends_the_block_with_the_group() -> None:
    async def broken() -> None:
        raise ValueError

    with pytest.raises(ExceptionGroup):
        async with task_group() as group:
            await asyncio.wait({Tasks(group).start(broken())})
