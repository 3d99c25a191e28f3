"""The sound that crosses the bridge: 16-bit little-endian mono PCM at one rate, counted in frames of 20 ms."""

from __future__ import annotations

from dataclasses import dataclass

FRAME_MS = 20
SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True)
class Format:
    """PCM of one rate, in samples a second."""

    rate: int

    @property
    def frame_samples(self) -> int:
        """Samples in 20 ms."""
        return self.rate * FRAME_MS // 1000

    @property
    def frame_bytes(self) -> int:
        """Bytes in 20 ms."""
        return self.frame_samples * SAMPLE_BYTES

    @property
    def frame_chars(self) -> int:
        """Base64 characters of 20 ms on their own, padding included."""
        return (self.frame_bytes + 2) // 3 * 4

    @property
    def cuts_undecoded(self) -> bool:
        """Whether base64 text can be cut into frames as it is: only when a frame is a whole number of three-byte groups."""
        return self.frame_bytes % 3 == 0

    def ms(self, count: int) -> float:
        """How long this many bytes sound."""
        return count * 1000 / (self.rate * SAMPLE_BYTES)

    def bytes(self, ms: float) -> int:
        """The bytes of this many milliseconds, in whole samples, rounded to the nearest."""
        return round(ms * self.rate / 1000) * SAMPLE_BYTES


PCM8K = Format(8000)
PCM16K = Format(16000)
PCM24K = Format(24000)
