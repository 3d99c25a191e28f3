"""Cutting a stream of audio into frames: of bytes, and of base64 text, which is decoded only when it must be.

Both cutters keep what is left over until more arrives. They have no bound of their own: they hold less than one frame, because
every `push` hands all whole frames back.
"""

from __future__ import annotations

import base64
import binascii

from voiceagent.audio.formats import Format


def payload_bytes(payload: bytes) -> int:
    """How many bytes of audio a base64 text stands for."""
    return len(payload) // 4 * 3 - (2 if payload.endswith(b"==") else 1 if payload.endswith(b"=") else 0)


class FrameCutter:
    """Cuts bytes into pieces of one size."""

    __slots__ = ("_rest", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = b""

    @property
    def pending(self) -> int:
        """Bytes waiting for the rest of their frame."""
        return len(self._rest)

    def push(self, piece: bytes) -> list[bytes]:
        """Take a piece of any length; return the frames that are whole now."""
        stream = self._rest + piece if self._rest else piece
        whole = len(stream) - len(stream) % self._size
        self._rest = stream[whole:]
        return [stream[at : at + self._size] for at in range(0, whole, self._size)]

    def flush(self) -> bytes:
        """Return what is left over, shorter than a frame, and forget it."""
        rest, self._rest = self._rest, b""
        return rest


class PayloadCutter:
    """Cuts base64 audio into base64 frames of 20 ms.

    At 24 kHz the text itself is cut, because 960 bytes are a whole number of base64 groups; only after a piece that ended in
    padding, and at other rates, are bytes cut and encoded again.
    """

    __slots__ = ("_bytes", "_format", "_text")

    def __init__(self, format: Format) -> None:
        self._format = format
        self._text = FrameCutter(format.frame_chars)
        self._bytes = FrameCutter(format.frame_bytes)

    @property
    def pending_ms(self) -> float:
        """Audio waiting for the rest of its frame."""
        return self._format.ms(self._text.pending // 4 * 3 + self._bytes.pending)

    def push(self, payload: bytes) -> list[bytes]:
        """Take base64 text of any length; return the frames that are whole now. Raises ValueError when it is not base64."""
        if self._format.cuts_undecoded and not self._bytes.pending and not payload.endswith(b"=") and not len(payload) % 4:
            return self._text.push(payload)
        piece = decode_payload(self._text.flush()) + decode_payload(payload)
        return [encode_payload(frame) for frame in self._bytes.push(piece)]

    def flush(self) -> bytes:
        """Return what is left over as base64, shorter than a frame, and forget it."""
        return self._text.flush() or encode_payload(self._bytes.flush())

    def clear(self) -> None:
        """Forget what is left over."""
        self._text.flush()
        self._bytes.flush()


def decode_payload(payload: bytes) -> bytes:
    """The PCM that a base64 text stands for. Raises ValueError when it is not base64."""
    return binascii.a2b_base64(payload)


def encode_payload(pcm: bytes) -> bytes:
    """PCM as base64 text."""
    return base64.b64encode(pcm)
