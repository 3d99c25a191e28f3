"""What a telephone line does to a voice: 300 to 3400 Hz, µ-law, and some noise. For callers that are not on a telephone."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from voiceagent.audio.g711 import ulaw_decode, ulaw_encode
from voiceagent.audio.resample import Resampler, resample
from voiceagent.audio.tones import level_dbfs, mix, noise

LINE_RATE = 8000
BAND_HZ = (300, 3400)
_TAPS = 201  # 25 ms at 8 kHz: the edges of the band fall within about 100 Hz


def telephone(pcm: bytes, rate: int, *, noise_db: float | None = None, seed: int = 0) -> bytes:
    """The sound as it arrives through a telephone line, at the same rate and of the same length.

    `noise_db` adds noise that many decibels below the sound (its signal-to-noise ratio); the same seed gives the same noise.
    Works on a whole utterance: the level of the noise follows from it.
    """
    narrow = _band(resample(pcm, rate, LINE_RATE))
    if noise_db is not None and narrow:
        hiss = noise(len(narrow) * 500 / LINE_RATE, LINE_RATE, seed=seed, level_dbfs=level_dbfs(narrow) - noise_db)
        narrow = mix(narrow, hiss[: len(narrow)])
    heard = resample(ulaw_decode(ulaw_encode(narrow)), LINE_RATE, rate)
    return heard[: len(pcm)].ljust(len(pcm) & ~1, b"\0")


class TelephoneLine:
    """The same line for a sound that goes on: push pieces, get pieces, some 30 ms later and of other lengths."""

    __slots__ = ("_before", "_down", "_up")

    def __init__(self, rate: int) -> None:
        self._down = Resampler(rate, LINE_RATE)
        self._up = Resampler(LINE_RATE, rate)
        self._before = bytes(2 * (_TAPS - 1))
        """The last samples that went into the filter, which looks back on them."""

    def push(self, pcm: bytes) -> bytes:
        """A piece of any length; what has come out at the other end by now."""
        import numpy as np

        narrow = self._down.push(pcm)
        if not narrow:
            return b""
        heard = np.frombuffer(self._before + narrow, dtype="<i2").astype(np.float64)
        filtered = np.convolve(heard, _band_filter(), mode="valid")
        self._before = (self._before + narrow)[-len(self._before) :]
        band = bytes(np.clip(np.rint(filtered), -32768, 32767).astype("<i2").tobytes())
        return self._up.push(ulaw_decode(ulaw_encode(band)))


def _band(pcm: bytes) -> bytes:
    import numpy as np

    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if not samples.size:
        return b""
    filtered = np.convolve(samples, _band_filter())[_TAPS // 2 : _TAPS // 2 + samples.size]  # the filter's delay taken out
    return bytes(np.clip(np.rint(filtered), -32768, 32767).astype("<i2").tobytes())


@lru_cache(maxsize=1)
def _band_filter() -> Any:
    """A windowed-sinc band pass."""
    import numpy as np

    at = np.arange(_TAPS) - _TAPS // 2

    def low_pass(hertz: float) -> Any:
        return 2 * hertz / LINE_RATE * np.sinc(2 * hertz / LINE_RATE * at)

    window = 0.54 - 0.46 * np.cos(2 * math.pi * np.arange(_TAPS) / (_TAPS - 1))
    return (low_pass(BAND_HZ[1]) - low_pass(BAND_HZ[0])) * window
