"""An event loop in which waiting takes no time: when nothing is ready, its clock jumps to the next timer.

For code that is awaited and paced by timers and has no real socket, so that ten minutes of a call take as long as the work in
them. A loop on which nothing is ready and no timer runs would wait forever; that is an error here.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

_HAIR_SECONDS = 1e-9  # past the timer, never before it by a rounding error: whoever computes the next beat would find the same


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for a timer, moves the clock there."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found and timeout is None:
            raise RuntimeError("nothing will ever happen: no task is ready and no timer runs")
        if not found and timeout:
            self.now += timeout + _HAIR_SECONDS
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time()` begins at 0; it is a `Clock` as well."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def now_ms(self) -> float:
        """The same in milliseconds."""
        return self._jumping.now * 1000


def run_virtually(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end without waiting."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
