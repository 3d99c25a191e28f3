"""While the author's code is imported it has this thread for as long as it likes, or for ever: that is told, and can be ended.

It runs where it is loaded and not in a thread of its own, for much is made at the top of a `tools.py` that belongs to the
thread or the event loop of whoever uses it: a connection of sqlite3, a session of aiohttp, a signal's handler.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_log = logging.getLogger(__name__)

TOLD_AFTER_SECONDS = 5.0


@contextmanager
def attended(folder: Path) -> Iterator[None]:
    """While the block imports code of `folder`: a slow one is told once with its line, and SIGINT and SIGTERM end it at once.

    An event loop of this thread would hear them only after the block. KeyboardInterrupt for either of them.
    """
    timer = threading.Timer(TOLD_AFTER_SECONDS, _tell, (threading.get_ident(), folder))
    timer.daemon = True
    timer.start()
    try:
        with _interruptible():
            yield
    finally:
        timer.cancel()


@contextmanager
def _interruptible() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's alone
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if callable(handler):  # what ends or ignores by itself may go on doing so
            signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _interrupt:  # or else the author has put another there
                signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(thread: int, folder: Path) -> None:
    _log.warning("%s; what takes long belongs inside the tools", _place(thread, folder))


def _place(thread: int, folder: Path) -> str:
    """The innermost line of the author's that is being run, or that none is."""
    frame = sys._current_frames().get(thread)  # the documented way to another thread's frames
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(folder) and "site-packages" not in file.parts:
            return f"{file.relative_to(folder)} is still being imported (line {frame.f_lineno})"
        frame = frame.f_back
    return f"the project in {folder} is still being imported"
