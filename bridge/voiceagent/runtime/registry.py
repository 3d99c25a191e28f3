"""Which calls are running, found by our id of the call or by the telephony service's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Registered(Protocol):
    """What can be registered."""

    @property
    def call_id(self) -> str: ...


Call = TypeVar("Call", bound=Registered)


class Registry(Generic[Call]):
    """All running calls of this process."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls.values()))

    def add(self, call: Call) -> None:
        """A call begins. Its id must be new."""
        if call.call_id in self._calls:
            raise ValueError(f"call {call.call_id} runs already")
        self._calls[call.call_id] = call
        self._empty.clear()

    def remove(self, call: Call) -> None:
        """A call ended; removing twice is fine."""
        self._calls.pop(call.call_id, None)
        if not self._calls:
            self._empty.set()

    def find(self, call_id: str) -> Call | None:
        """The running call of that id."""
        return self._calls.get(call_id)

    async def empty(self) -> None:
        """Wait until no call runs."""
        await self._empty.wait()
