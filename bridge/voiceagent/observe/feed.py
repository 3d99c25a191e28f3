"""What is going on, told as it happens to whoever watches: the workbench, `serve --json`, tests.

Each watcher has a bounded line of waiting items. A slow one loses its oldest, counted, because the newest is what a live view
is for and nobody who watches may hold up a call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, cast

from voiceagent.call.commands import Note
from voiceagent.discreet import Words

Item = Mapping[str, Any]


class Subscription:
    """One watcher's line: `async for item in subscription`. Ends when the feed is closed and the line is empty."""

    def __init__(self, bound: int) -> None:
        self.dropped = 0
        self._items: deque[Item] = deque()
        self._bound = bound
        self._closed = False
        self._news = asyncio.Event()

    def put(self, item: Item) -> None:
        """Add an item; the oldest goes when there is no room."""
        if len(self._items) >= self._bound:
            self._items.popleft()
            self.dropped += 1
        self._items.append(item)
        self._news.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._news.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Item:
        while not self._items:
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._items.popleft()


class Feed:
    """Gives every note (the port `Sink`) to all subscriptions. Belongs to one event loop."""

    def __init__(self, *, bound: int = 1000, recent: int = 200) -> None:
        self._bound = bound
        self._subscriptions: set[Subscription] = set()
        self._recent: deque[Item] = deque(maxlen=recent)
        self._closed = False

    def note(self, call_id: str, at_ms: float, note: Note) -> None:
        """A note of a call."""
        self.publish(note_item(call_id, at_ms, note))

    def publish(self, item: Item) -> None:
        """Anything else worth seeing (a reload, a warning of the process); `kind` says what it is."""
        self._recent.append(item)
        for subscription in self._subscriptions:
            subscription.put(item)

    @contextmanager
    def subscribe(self, *, recent: bool = False) -> Iterator[Subscription]:
        """Watch from now on, or with the most recent items first."""
        subscription = Subscription(self._bound)
        if recent:
            for item in self._recent:
                subscription.put(item)
        if self._closed:
            subscription.close()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End all subscriptions, present and future."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()


def note_item(call_id: str, at_ms: float, note: Note) -> dict[str, Any]:
    """A note as JSON values. Words are shown: the feed goes to the developer's own screen; phone numbers are not."""
    values = {field.name: _value(getattr(note, field.name)) for field in fields(cast("Any", note))}  # every note is a dataclass
    return {"kind": "note", "call_id": call_id, "at_ms": round(at_ms, 3), "note": type(note).__name__, **values}


def _value(value: Any) -> Any:
    if isinstance(value, Words):
        return value.shown
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, str) else value
