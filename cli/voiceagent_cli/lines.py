"""Standard input line by line, without holding up the loop: a thread waits for it, because a loop can only watch pipes."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TextIO

MOST_WAITING = 16
"""Lines read ahead; a whole book in a pipe waits in the pipe."""


def stdin_is_terminal() -> bool:
    """Whether a person types."""
    return sys.stdin is not None and sys.stdin.isatty()


async def lines_typed(source: TextIO | None = None) -> AsyncIterator[str]:
    """Every line until the input ends."""
    stream = source or sys.stdin
    waiting: asyncio.Queue[str | None] = asyncio.Queue(MOST_WAITING)
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended; nobody reads any more
            for line in stream if stream is not None else ():
                asyncio.run_coroutine_threadsafe(waiting.put(line), loop).result()
            asyncio.run_coroutine_threadsafe(waiting.put(None), loop).result()

    threading.Thread(target=read, name="voiceagent-stdin", daemon=True).start()
    while (line := await waiting.get()) is not None:
        yield line
