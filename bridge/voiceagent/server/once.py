"""Things that are delivered at least once and must happen at most once."""

from __future__ import annotations

from collections import OrderedDict


class Once:
    """Remembers the last `size` names; the oldest are forgotten, long after their repetitions have stopped coming."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._seen: OrderedDict[str, None] = OrderedDict()

    def first(self, *names: str) -> bool:
        """True when none of these names was seen before; all of them are now. Empty names count for nothing."""
        given = [name for name in names if name]
        new = not any(name in self._seen for name in given)
        for name in given:
            self._seen[name] = None
            self._seen.move_to_end(name)
        while len(self._seen) > self._size:
            self._seen.popitem(last=False)
        return new
