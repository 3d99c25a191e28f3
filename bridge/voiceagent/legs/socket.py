"""What the legs of telephony services share: the server's side of their socket, and when a peer is no peer of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voiceagent.ports import Clock
from voiceagent.protocol.garbage import Garbage

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


Warn = Callable[[str, str], None]
"""Takes a code and a sentence for the report."""


def unheard(_code: str, _sentence: str) -> None:
    """A `Warn` where there is no report."""


class Glitches:
    """Messages that break the protocol: a few are counted, many in a short time close the socket, which `warn` is told once."""

    def __init__(self, socket: MediaSocket, clock: Clock, warn: Warn = unheard) -> None:
        self._garbage = Garbage()
        self._socket = socket
        self._clock = clock
        self._warn = warn
        self._closed = False

    @property
    def count(self) -> int:
        return self._garbage.count

    def came(self) -> None:
        """One more."""
        if self._garbage.came(self._clock.now_ms()) and not self._closed:
            self._closed = True
            self._warn("media_garbage", f"the service sent {self.count} messages that are no media; the socket was closed")
            self._socket.shut(POLICY_VIOLATION, "too many malformed messages")
