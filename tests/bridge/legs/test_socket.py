"""Messages that break the protocol."""

from __future__ import annotations

import pytest

from voiceagent.legs.socket import GARBAGE_FRAMES, GARBAGE_WINDOW_MS, POLICY_VIOLATION, Garbage
from voiceagent.testing.clock import ManualClock


class Socket:
    def __init__(self) -> None:
        self.closed: list[tuple[int, str]] = []

    def send_text(self, payload: bytes) -> None: ...
    def backlog(self) -> int:
        return 0

    def shut(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))


@pytest.mark.parametrize(
    ("apart_ms", "closes"), [(GARBAGE_WINDOW_MS / GARBAGE_FRAMES, True), (GARBAGE_WINDOW_MS / GARBAGE_FRAMES + 1, False)]
)
def test_many_in_a_short_time_are_another_protocol(apart_ms: float, closes: bool) -> None:
    socket, clock = Socket(), ManualClock()
    garbage = Garbage(socket, clock)
    for _ in range(GARBAGE_FRAMES):
        garbage.came()
        clock.advance(apart_ms)
    assert socket.closed == []
    garbage.came()
    assert (garbage.count, bool(socket.closed)) == (GARBAGE_FRAMES + 1, closes)
    assert all(code == POLICY_VIOLATION for code, _ in socket.closed)
