"""Changing the rate of a stream of PCM without clicks at the seams; the arithmetic is soxr's.

In floating point, because soxr adds random dither to integers, and the same call must sound the same twice.
"""

from __future__ import annotations

from typing import Any

from voiceagent.audio.samples import to_pcm


class Resampler:
    """Turns 16-bit mono PCM of one rate into another, piece by piece. What goes in comes out a few milliseconds later."""

    __slots__ = ("_odd", "_stream")

    def __init__(self, rate_in: int, rate_out: int) -> None:
        if rate_in <= 0 or rate_out <= 0:
            raise ValueError(f"a rate is positive, not {rate_in} to {rate_out}")
        self._odd = b""
        self._stream: Any = None
        if rate_in != rate_out:
            import soxr

            self._stream = soxr.ResampleStream(rate_in, rate_out, 1, dtype="float32", quality=soxr.HQ)

    def push(self, pcm: bytes) -> bytes:
        """Take a piece of any length (half a sample waits for its other half); return what is ready."""
        return self._change(pcm, last=False)

    def flush(self) -> bytes:
        """Return what is still inside, at the end of the sound. The resampler can be used again afterwards."""
        rest = self._change(b"", last=True)
        self._odd = b""
        if self._stream is not None:
            self._stream.clear()
        return rest

    def _change(self, pcm: bytes, *, last: bool) -> bytes:
        whole = self._odd + pcm
        even = len(whole) & ~1
        self._odd = whole[even:]
        if self._stream is None:
            return whole[:even]
        import numpy as np

        samples = np.frombuffer(whole[:even], dtype="<i2").astype(np.float32)
        changed = self._stream.resample_chunk(samples, last=last)
        return to_pcm(changed)


def resample(pcm: bytes, rate_in: int, rate_out: int) -> bytes:
    """A whole sound at another rate."""
    if rate_in == rate_out:
        return pcm
    resampler = Resampler(rate_in, rate_out)
    return resampler.push(pcm) + resampler.flush()
