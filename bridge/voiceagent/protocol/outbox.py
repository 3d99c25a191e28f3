"""Frames that wait for a slow or an asynchronous writer: bounded in bytes, and audio gives way first.

Used where a connection is written through a library's coroutine (the stock path). Audio that does not fit is dropped oldest
first, because stale speech is worth less than fresh speech; a control frame is never dropped, and few enough exist.
"""

from __future__ import annotations

from collections import deque


class Outbox:
    """First in, first out. `limit` in bytes counts droppable frames only; `dropped` counts what gave way."""

    __slots__ = ("_audio_bytes", "_frames", "_limit", "dropped")

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._frames: deque[tuple[bytes, bool]] = deque()
        self._audio_bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def waiting(self) -> int:
        """Bytes of droppable frames that wait."""
        return self._audio_bytes

    def put(self, frame: bytes, *, droppable: bool) -> None:
        """Add a frame; the oldest droppable ones leave when there is no room."""
        self._frames.append((frame, droppable))
        if droppable:
            self._audio_bytes += len(frame)
            while self._audio_bytes > self._limit:
                self._drop_oldest()

    def take(self) -> bytes | None:
        """The next frame to write, or None."""
        if not self._frames:
            return None
        frame, droppable = self._frames.popleft()
        if droppable:
            self._audio_bytes -= len(frame)
        return frame

    def _drop_oldest(self) -> None:
        for index, (frame, droppable) in enumerate(self._frames):
            if droppable:
                del self._frames[index]
                self._audio_bytes -= len(frame)
                self.dropped += 1
                return
