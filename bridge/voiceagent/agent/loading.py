"""Loading a project beside the event loop, while calls go on: the author's `tools.py` may import for as long as it likes.

It gets a thread as a tool does, which nobody can end and nobody waits for at the end. Nor is it given up: the modules that it
is importing cannot be imported by another before it has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from voiceagent.tools.threads import ToolThreads

_Loaded = TypeVar("_Loaded")


async def loaded(load: Callable[[], _Loaded]) -> _Loaded:
    """What `load` returns or raises, from a thread of its own."""
    value: _Loaded
    value, error = await ToolThreads(1).run(load)
    if error is not None:
        raise error
    return value
