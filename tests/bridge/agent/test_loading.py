"""A project that is loaded while calls go on."""

from __future__ import annotations

import asyncio
import threading

import pytest

from voiceagent.agent.loading import loaded
from voiceagent.errors import UserError


async def test_what_was_loaded_is_returned_and_what_was_raised_is_raised() -> None:
    def broken() -> None:
        raise UserError("no prompt")

    assert await loaded(lambda: threading.current_thread().daemon) is True
    with pytest.raises(UserError, match="no prompt"):
        await loaded(broken)


async def test_who_no_longer_waits_is_free_at_once() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        go_on.wait(30)

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(loaded(hang))
        await asyncio.to_thread(begun.wait, 10)
        waiting.cancel()
    assert waiting.cancelled()
    go_on.set()
