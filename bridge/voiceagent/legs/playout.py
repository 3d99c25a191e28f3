"""What waits for the speaker: filled by the call, emptied by the sound card's own thread, and empty at once when asked.

At most `bound_ms` wait; then the oldest goes and is counted. The audio lane keeps a fifth of a second ahead, so that only a
sound card which has stopped gets there.
"""

from __future__ import annotations

import threading
from collections import deque

from voiceagent.audio.formats import Format


class Playout:
    """Bytes of PCM at the device's rate. Every method may be called from any thread."""

    def __init__(self, rate: int, *, bound_ms: float = 2_000.0) -> None:
        self.dropped = 0
        """Pieces lost because nobody took them."""
        self._format = Format(rate)
        self._bound = self._format.bytes(bound_ms)
        self._pieces: deque[bytes] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def pending_ms(self) -> float:
        """How long what waits will sound."""
        return self._format.ms(self._bytes)

    def put(self, pcm: bytes) -> None:
        """More to play."""
        with self._lock:
            self._pieces.append(pcm)
            self._bytes += len(pcm)
            while self._bytes > self._bound:
                self._bytes -= len(self._pieces.popleft())
                self.dropped += 1

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes for the speaker: what waits, and silence where that is not enough."""
        taken = bytearray()
        with self._lock:
            while self._pieces and len(taken) < count:
                piece = self._pieces.popleft()
                if (more := count - len(taken)) < len(piece):
                    self._pieces.appendleft(piece[more:])
                taken += piece[:more]
            self._bytes -= len(taken)
        return bytes(taken).ljust(count, b"\0")

    def clear(self) -> None:
        """Silence from now on."""
        with self._lock:
            self._pieces.clear()
            self._bytes = 0
