"""Carries a sound card's blocks from its own thread into the event loop, in order.

Two seconds of blocks may wait while the loop is busy; then the oldest go and are counted, because the engine should hear what
was said last.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Block = TypeVar("Block")

MOST_BLOCKS = 200


class Handover(Generic[Block]):
    """`put` from any thread; `take` is called with each block inside the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[Block], None]) -> None:
        self.dropped = 0
        self._loop = loop
        self._take = take
        self._blocks: deque[Block] = deque()
        self._called = False
        self._lock = threading.Lock()

    def put(self, block: Block) -> None:
        """A block, from the device's thread."""
        with self._lock:
            self._blocks.append(block)
            if len(self._blocks) > MOST_BLOCKS:
                self._blocks.popleft()
                self.dropped += 1
            call, self._called = not self._called, True
        if call:
            with suppress(RuntimeError):  # the loop has ended; so has the call
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        while True:
            with self._lock:
                if not self._blocks:
                    self._called = False
                    return
                block = self._blocks.popleft()
            self._take(block)
