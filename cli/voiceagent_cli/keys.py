"""Single keys of the terminal, as they are pressed: nothing to confirm with Enter, nothing shown."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec


@contextmanager
def keys(take: Callable[[str], None], fd: int | None = None) -> Iterator[bool]:
    """Give every key to `take` while the block runs; the value tells whether there are keys at all (a terminal that can).

    Ctrl-C stays what it is.
    """
    fd = _stdin() if fd is None else fd
    if not os.isatty(fd) or find_spec("termios") is None:  # a pipe, a file, nothing at all; Windows
        yield False
        return
    import termios
    import tty

    before = termios.tcgetattr(fd)
    loop = asyncio.get_running_loop()

    def ready() -> None:
        for key in os.read(fd, 64).decode(errors="ignore"):
            take(key)

    tty.setcbreak(fd)
    loop.add_reader(fd, ready)
    try:
        yield True
    finally:
        loop.remove_reader(fd)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _stdin() -> int:
    """The descriptor of standard input; -1 when it is closed, or replaced by something that is no file."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return -1
