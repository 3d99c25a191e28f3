"""Loading a project beside the event loop, while calls go on: the author's `tools.py` may import for as long as it likes.

The thread is a daemon, as those of tools are: nobody can end it, so nobody waits for it at the end either. Nor is it given up:
the modules that it is importing cannot be imported by another before it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

_Loaded = TypeVar("_Loaded")


async def loaded(load: Callable[[], _Loaded]) -> _Loaded:
    """What `load` returns or raises, from a thread of its own."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Callable[[], _Loaded]] = loop.create_future()

    def settle(outcome: Callable[[], _Loaded]) -> None:
        if not done.done():
            done.set_result(outcome)

    def work() -> None:
        outcome = _outcome(load)
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=work, name="voiceagent-load", daemon=True).start()
    return (await done)()


def _outcome(load: Callable[[], _Loaded]) -> Callable[[], _Loaded]:
    """What happened, to be returned or raised where it was asked for."""
    try:
        value = load()
    except BaseException as error:  # the thread must not be the only one who knows
        caught = error

        def failed() -> _Loaded:
            raise caught

        return failed
    return lambda: value
