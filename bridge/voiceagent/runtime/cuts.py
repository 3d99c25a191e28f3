"""Cuts an engine's audio into 20 ms payloads without decoding it where base64 allows.

Three bytes are four characters, so a payload can be cut where the bytes before the cut are a multiple of three: a 20 ms frame
of 24 kHz PCM (960 bytes) ends on such a place, one of 16 kHz (640 bytes) does not and is decoded. So is what ends in padding:
what follows it would begin in the middle of a group, and of a sample.

Whoever reads an engine's messages has seen that their audio is base64 (`protocol.realtime`); what is cut undecoded is not
looked at again.
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64

from voiceagent.audio.formats import Format
from voiceagent.errors import RemoteProtocolError


class Cuts:
    """The audio of one item at a time; what is shorter than a frame waits for more or for `rest`."""

    __slots__ = ("_bytes", "_frame_bytes", "_frame_chars", "_padding", "_text", "_undecoded")

    def __init__(self, rate: int) -> None:
        format = Format(rate)
        self._frame_bytes = format.frame_bytes
        self._undecoded = format.cuts_undecoded
        self._frame_chars = format.frame_chars
        self._padding = -self._frame_bytes % 3
        self._text = b""
        self._bytes = b""

    def is_one_frame(self, payload: bytes) -> bool:
        """Whether `payload` is exactly one frame and nothing waits before it: then it needs no cutting."""
        if len(payload) != self._frame_chars or payload.count(b"=", -2) != self._padding:
            return False
        return not self._text and not self._bytes

    def push(self, payload: bytes) -> list[bytes]:
        """Full frames that have become available. RemoteProtocolError, and nothing changed, when it cannot be decoded."""
        if self._undecoded and not self._text.endswith(b"=") and len(payload) % 4 == 0 and not payload.endswith(b"="):
            return self._cut_text(self._text + payload)
        try:
            self._bytes += a2b_base64(self._text) + a2b_base64(payload, strict_mode=True)
        except Error as error:
            raise RemoteProtocolError(f"audio of a reply is not base64: {error}") from None
        self._text = b""
        return self._cut_bytes()

    def rest(self) -> bytes:
        """What is left of the item, shorter than a frame; b"" when nothing is."""
        rest = self._text or (b2a_base64(self._bytes, newline=False) if self._bytes else b"")
        self._text = self._bytes = b""
        return rest

    def _cut_text(self, text: bytes) -> list[bytes]:
        size = self._frame_chars
        whole = len(text) - len(text) % size
        self._text = text[whole:]
        return [text[at : at + size] for at in range(0, whole, size)]

    def _cut_bytes(self) -> list[bytes]:
        size = self._frame_bytes
        pcm = self._bytes
        whole = len(pcm) - len(pcm) % size
        self._bytes = pcm[whole:]
        frames = [b2a_base64(pcm[at : at + size], newline=False) for at in range(0, whole, size)]
        if self._undecoded:  # only an odd payload was decoded; the next one need not be
            self._text, self._bytes = b2a_base64(self._bytes, newline=False), b""
        return frames
