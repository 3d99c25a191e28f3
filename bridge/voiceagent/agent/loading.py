"""Loading a project beside the event loop: the author's `tools.py` may import for as long as it likes, or for ever.

The thread is a daemon, as those of tools are: nobody can end it, so nobody waits for it at the end either. Ctrl-C is heard
meanwhile, and calls under way go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeVar

from voiceagent.errors import UserError

_log = logging.getLogger(__name__)

TOLD_AFTER_SECONDS = 5.0
GIVEN_UP_AFTER_SECONDS = 60.0
"""Of a project that serves already: the next save must find somebody who reads it."""

_Loaded = TypeVar("_Loaded")


async def loaded(
    load: Callable[[], _Loaded],
    directory: Path,
    *,
    told_after_seconds: float = TOLD_AFTER_SECONDS,
    given_up_after_seconds: float | None = None,
) -> _Loaded:
    """What `load` returns or raises. A slow one is told once, with the line it stands at; UserError for one given up."""
    done: asyncio.Future[Callable[[], _Loaded]] = asyncio.get_running_loop().create_future()
    thread = _started(load, done)
    await asyncio.wait({done}, timeout=told_after_seconds)
    if not done.done():
        _log.warning("%s", _still(thread, directory))
        await asyncio.wait({done}, timeout=given_up_after_seconds)
    if not done.done():
        raise UserError(
            f"{_still(thread, directory)} and is given up",
            remedy="do there only what is quick, and the rest inside the tools; then save the file again",
        )
    return done.result()()


def _started(load: Callable[[], _Loaded], done: asyncio.Future[Callable[[], _Loaded]]) -> threading.Thread:
    loop = asyncio.get_running_loop()

    def settle(outcome: Callable[[], _Loaded]) -> None:
        if not done.done():
            done.set_result(outcome)

    def work() -> None:
        outcome = _outcome(load)
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    thread = threading.Thread(target=work, name="voiceagent-load", daemon=True)
    thread.start()
    return thread


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


def _still(thread: threading.Thread, directory: Path) -> str:
    """The innermost line of the author's that is being run, or that there is none."""
    frame: FrameType | None = sys._current_frames().get(thread.ident or 0)  # the documented way to a thread's frames
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(directory.resolve()) and file.suffix == ".py" and not _is_installed(file):
            return f"{file.relative_to(directory.resolve())} is still being imported (line {frame.f_lineno})"
        frame = frame.f_back
    return f"the project in {directory} is still being loaded"


def _is_installed(file: Path) -> bool:
    return "site-packages" in file.parts or file.is_relative_to(Path(__file__).parents[1])
