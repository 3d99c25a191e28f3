"""What the legs of telephony services share: the server's side of their socket, and when a peer is no peer of ours."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from voiceagent.ports import Clock

GARBAGE_FRAMES = 20
GARBAGE_WINDOW_MS = 10_000.0  # more bad messages than that in this time: not a glitch, another protocol
POLICY_VIOLATION = 1008


class MediaSocket(Protocol):
    """The server's side of the connection. All methods return at once."""

    def send_text(self, payload: bytes) -> None:
        """Write a text message; nothing happens when the connection is closing."""
        ...

    def backlog(self) -> int:
        """Bytes the peer has not taken yet."""
        ...

    def shut(self, code: int, reason: str) -> None:
        """Begin to close."""
        ...


class Garbage:
    """Messages that break the protocol: a few are counted, many in a short time close the socket."""

    def __init__(self, socket: MediaSocket, clock: Clock) -> None:
        self.count = 0
        self._socket = socket
        self._clock = clock
        self._times: deque[float] = deque(maxlen=GARBAGE_FRAMES + 1)

    def came(self) -> None:
        """One more."""
        self.count += 1
        now = self._clock.now_ms()
        self._times.append(now)
        if len(self._times) > GARBAGE_FRAMES and now - self._times[0] <= GARBAGE_WINDOW_MS:
            self._socket.shut(POLICY_VIOLATION, "too many malformed messages")
