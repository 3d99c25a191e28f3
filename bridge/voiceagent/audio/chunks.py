"""Audio in pieces: a stream of bytes cut into frames, and base64 payloads, whose length is known without decoding.

A cutter keeps what is left over until more arrives. It has no bound of its own: it holds less than one frame, because every
`push` hands all whole frames back.
"""

from __future__ import annotations

import binascii


def payload_bytes(payload: bytes) -> int:
    """How many bytes of audio a base64 text stands for."""
    return len(payload) // 4 * 3 - payload.count(b"=", -2)


class FrameCutter:
    """Cuts bytes into pieces of one size."""

    __slots__ = ("_rest", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = b""

    def push(self, piece: bytes) -> list[bytes]:
        """Take a piece of any length; return the frames that are whole now."""
        stream = self._rest + piece if self._rest else piece
        whole = len(stream) - len(stream) % self._size
        self._rest = stream[whole:]
        return [stream[at : at + self._size] for at in range(0, whole, self._size)]


def decode_payload(payload: bytes) -> bytes:
    """The PCM that a base64 text stands for. Raises ValueError when it is not base64."""
    return binascii.a2b_base64(payload)
