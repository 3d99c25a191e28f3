"""A peer that breaks the protocol."""

from __future__ import annotations

from voiceagent.legs.socket import POLICY_VIOLATION, Glitches
from voiceagent.protocol.garbage import GARBAGE_MESSAGES
from voiceagent.testing.clock import ManualClock


class Socket:
    def __init__(self) -> None:
        self.closed: list[tuple[int, str]] = []

    def send_text(self, payload: bytes) -> None: ...
    def backlog(self) -> int:
        return 0

    def shut(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))


def test_many_malformed_messages_in_a_short_time_close_the_socket() -> None:
    socket = Socket()
    warnings: list[tuple[str, str]] = []
    glitches = Glitches(socket, ManualClock(), lambda code, sentence: warnings.append((code, sentence)))
    for _ in range(GARBAGE_MESSAGES):
        glitches.came()
    assert socket.closed == []
    glitches.came()
    assert (glitches.count, socket.closed) == (GARBAGE_MESSAGES + 1, [(POLICY_VIOLATION, "too many malformed messages")])
    glitches.came()  # on its way since before the service could know
    assert warnings == [("media_garbage", "the service sent 21 messages that are no media; the socket was closed")]
    assert len(socket.closed) == 1
