"""Ctrl-C as a wish: the first asks the work to end in good order, the second cuts it short."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stop(asyncio.Event):
    """The wish that the work ends, set by the first Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        super().__init__()
        self.is_begun = True

    @contextmanager
    def before_it_begins(self) -> Iterator[None]:
        """In this block already the first Ctrl-C cuts the work short: nothing has begun that needs an end in good order."""
        self.is_begun = False
        try:
            yield
        finally:
            self.is_begun = True


def run(work: Callable[[Stop], Coroutine[Any, Any, Result]]) -> Result:
    """Run `work(stop)` on the quickest loop there is; `stop` is set by the first Ctrl-C or SIGTERM.

    A second one cancels the work and raises KeyboardInterrupt.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_with_stop(work))


async def _with_stop(work: Callable[[Stop], Coroutine[Any, Any, Result]]) -> Result:
    stop = Stop()
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    cut_short = False

    def asked() -> None:
        nonlocal cut_short
        if stop.is_set() or not stop.is_begun:
            cut_short = True
            task.cancel()
        stop.set()

    undo = _on_signals(loop, asked)
    try:
        return await work(stop)
    except asyncio.CancelledError:
        if cut_short:
            raise KeyboardInterrupt from None
        raise
    finally:
        undo()


def _on_signals(loop: asyncio.AbstractEventLoop, asked: Callable[[], None]) -> Callable[[], None]:
    """Have `asked` called on Ctrl-C and SIGTERM; returns how to undo that."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            loop.add_signal_handler(number, asked)
    except NotImplementedError:  # Windows: the loop cannot; the plain handler runs in the main thread all the same
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(asked))
        return lambda: _restore({signal.SIGINT: before[signal.SIGINT]})

    def undo() -> None:
        for number in before:
            loop.remove_signal_handler(number)
        _restore(before)  # the loop leaves the system's own, also where the shell had SIGINT ignored

    return undo


def _restore(before: Mapping[signal.Signals, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
