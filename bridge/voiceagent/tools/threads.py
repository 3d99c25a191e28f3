"""Threads for tools that are not `async`, and for loading them: a bounded number, and none that can keep the process alive.

An executor's threads are joined when Python exits, so one tool stuck in a socket read would keep the bridge from ending; these
are daemon threads. When all are busy the next tool waits for one, within its own time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import Any


class ToolThreads:
    """At most `bound` tools at once. A tool that never returns holds its place for good."""

    def __init__(self, bound: int) -> None:
        self._places = asyncio.Semaphore(bound)

    async def run(self, function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
        """What the function returned, or what it raised. A cancelled wait leaves the thread to finish unheard."""
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()

        def settle(outcome: tuple[Any, BaseException | None]) -> None:
            self._places.release()
            if not done.done():
                done.set_result(outcome)

        def work() -> None:
            outcome = _outcome(function)
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(settle, outcome)

        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), name="voiceagent-tool", daemon=True).start()
        return await done


def _outcome(function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return function(), None
    except BaseException as error:  # sys.exit in a tool ends the tool, not the bridge
        return None, error
