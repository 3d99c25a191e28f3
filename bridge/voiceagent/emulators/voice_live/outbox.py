"""Frames on their way to one client."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


class Outbox:
    """Frames waiting for the socket. Bounded in bytes; beyond the bound it refuses, and `overflowed` is set."""

    def __init__(self, send: Callable[[str], Awaitable[None]], *, limit: int) -> None:
        self._send = send
        self._limit = limit
        self._frames: list[str] = []
        self._bytes = 0
        self._changed = asyncio.Event()
        self._empty = asyncio.Event()
        self.overflowed = asyncio.Event()

    def put(self, frame: str) -> None:
        if self._bytes + len(frame) > self._limit:
            self.overflowed.set()
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._empty.clear()
        self._changed.set()

    async def drained(self) -> None:
        """Return when everything put so far has been handed to the socket."""
        await self._empty.wait()

    async def run(self) -> None:
        """Send until cancelled or until the socket is closed."""
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._changed.wait()
                self._changed.clear()
                frames, self._frames = self._frames, []
                for frame in frames:
                    await self._send(frame)
                    self._bytes -= len(frame)
                if not self._frames:
                    self._empty.set()
        self._empty.set()
