"""Audio between the wire and the source: base64 and G.711 on one side, PCM of any length on the other; deltas of one length.

The source speaks PCM in pieces as they come; the client gets deltas of 250 ms.
"""

from __future__ import annotations

import base64
import binascii

from voiceagent.emulators.voice_live import errors

APPEND_LIMIT = 15 * 1024 * 1024
"""Most that one append event may carry, as documented."""


def decode_append(audio: object, input_format: str) -> bytes:
    """PCM of an `input_audio_buffer.append`; raises `Refusal`."""
    if not isinstance(audio, str):
        raise errors.bad_audio()
    if len(audio) > APPEND_LIMIT:
        raise errors.append_too_large(APPEND_LIMIT)
    try:
        payload = base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise errors.bad_audio() from None
    if input_format == "pcm16":
        if len(payload) % 2:
            raise errors.bad_audio()
        return payload
    from voiceagent.audio import g711

    return g711.ulaw_decode(payload) if input_format == "g711_ulaw" else g711.alaw_decode(payload)


def encode_delta(pcm: bytes, output_format: str | None) -> str:
    """The base64 of a delta in the session's output format."""
    if output_format in ("g711_ulaw", "g711_alaw"):
        from voiceagent.audio import g711

        pcm = g711.ulaw_encode(pcm) if output_format == "g711_ulaw" else g711.alaw_encode(pcm)
    return binascii.b2a_base64(pcm, newline=False).decode("ascii")


class Cutter:
    """Cuts PCM into deltas of one duration; the last may be shorter."""

    def __init__(self, *, rate: int, delta_ms: int) -> None:
        self._bytes_per_ms = rate * 2 / 1000
        self._size = int(rate * delta_ms / 1000) * 2
        self._rest = bytearray()
        self._pushed = 0

    @property
    def pushed_ms(self) -> float:
        """How much audio came in so far: where the next words begin."""
        return self._pushed / self._bytes_per_ms

    def push(self, pcm: bytes) -> list[bytes]:
        """The whole deltas there are now."""
        self._rest += pcm
        self._pushed += len(pcm)
        whole = len(self._rest) - len(self._rest) % self._size
        deltas = [bytes(self._rest[at : at + self._size]) for at in range(0, whole, self._size)]
        del self._rest[:whole]
        return deltas

    def flush(self) -> list[bytes]:
        """What is left, as a last short delta."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [rest] if rest else []

    def ms(self, delta: bytes) -> float:
        return len(delta) / self._bytes_per_ms
