"""Awaiting the author's coroutines within a time limit, and leaving behind the ones that refuse to end.

A coroutine may swallow its cancellation for ever. In a task group it would then keep the call's group, the call's place and at
last the process from ending, so this is the one place where a task has no owner: it gets a short grace after its cancellation
and is then left behind, unheard and unwaited for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

_log = logging.getLogger(__name__)

GRACE_SECONDS = 0.5  # an orderly `finally` needs milliseconds; the caller waits meanwhile

_Value = TypeVar("_Value")


class Strays:
    """Runs coroutines, each in a task of its own, and keeps those that would not end."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self._grace_seconds = grace_seconds
        self._left: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._left)

    async def within(self, seconds: float, work: Coroutine[Any, Any, _Value], *, name: str) -> _Value:
        """What `work` returns or raises; TimeoutError when that takes longer. It must keep its BaseExceptions to itself.

        Late or cancelled, `work` is cancelled and waited for no longer than the grace.
        """
        # Without an owner on purpose: a group must end, and the author's code cannot be made to.
        task = asyncio.create_task(work)  # noqa: TID251
        try:
            await asyncio.wait({task}, timeout=seconds)
            if task.done():
                return task.result()
            raise TimeoutError
        finally:
            if not task.done():
                await self._end(task, name)

    async def _end(self, task: asyncio.Task[Any], name: str) -> None:
        task.cancel()
        try:
            await asyncio.wait({task}, timeout=self._grace_seconds)
        finally:
            if not task.done():
                self._leave(task, name)

    def _leave(self, task: asyncio.Task[Any], name: str) -> None:
        _log.warning("tool %s ignores its cancellation; it is left behind and its result with it", name)
        self._left.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._forget)
        # Whoever closes the loop cancels all tasks of it and waits for them, which would be for ever here.
        asyncio._unregister_task(task)  # documented: "Extending asyncio", task lifetime support

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain of one that nobody wanted to see
