"""One step ahead: the next part is made on another thread while this one is being worked on.

Unpacking a block lets other threads run, so that where there are two cores it costs a replay no time at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Part = TypeVar("_Part")


def one_ahead(parts: Iterator[_Part]) -> Iterator[_Part]:
    """The same parts in the same order, and what making one raises. Two of them are in memory at a time."""
    end = object()
    thread = ThreadPoolExecutor(1, thread_name_prefix="voiceagent-unpack")
    try:
        following = thread.submit(next, parts, end)
        while (part := following.result()) is not end:
            following = thread.submit(next, parts, end)
            yield part  # type: ignore[misc]  # it is not the end
    finally:
        # Nobody waits: an abandoned reader may be collected on that very thread, which cannot wait for itself.
        thread.shutdown(wait=False, cancel_futures=True)
