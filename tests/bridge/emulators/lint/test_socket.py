"""A socket behind the linter."""

from __future__ import annotations

import pytest

from voiceagent.emulators.lint.socket import LintedSocket


class Socket:
    """Gives frames, takes frames, can be closed."""

    def __init__(self, *frames: str) -> None:
        self.frames = list(frames)
        self.sent: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.state = "open"

    async def recv(self) -> str:
        if self.closed:
            raise ConnectionError
        return self.frames.pop(0)

    async def send(self, frame: str) -> None:
        self.sent.append(frame)

    async def close(self, code: int, reason: str) -> None:
        self.closed = code, reason


async def test_frames_pass_in_both_directions_and_are_looked_at() -> None:
    seen: list[str] = []
    socket = Socket("a")
    linted = LintedSocket(
        socket, received=lambda frame: seen.append(f"in {frame!s}") or "", sent=lambda f: seen.append(f"out {f!s}")
    )
    await linted.send("b")
    assert (await linted.recv(), linted.state, socket.sent, seen) == ("a", "open", ["b"], ["out b", "in a"])


async def test_a_refusal_closes_it_with_as_much_of_the_sentence_as_fits() -> None:
    socket = Socket("a")
    with pytest.raises(ConnectionError):
        await LintedSocket(socket, received=lambda _: "é" * 100).recv()
    assert socket.closed == (1008, "é" * 60)
