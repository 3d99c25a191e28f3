"""Looks over the shoulder of a WebSocket of an emulator: frames that come in, and those that go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Frame = str | bytes

POLICY_VIOLATION = 1008
REASON = 120
"""Bytes of a close reason; the protocol allows 123."""


class LintedSocket:
    """Stands for `socket`. `received` returns the sentence with which to end the connection, "" when all is well."""

    def __init__(
        self, socket: Any, *, received: Callable[[Frame], str], sent: Callable[[Frame], None] = lambda _: None
    ) -> None:
        self._socket = socket
        self._received = received
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    async def recv(self, *words: Any, **how: Any) -> Any:
        frame = await self._socket.recv(*words, **how)
        if refusal := self._received(frame):
            await self._socket.close(POLICY_VIOLATION, refusal.encode()[:REASON].decode("utf-8", "ignore"))
            return await self._socket.recv(*words, **how)  # raises: it is closed
        return frame

    async def send(self, frame: Frame, **how: Any) -> None:
        self._sent(frame)
        await self._socket.send(frame, **how)
