"""What a telephone line does to a voice: 300 to 3400 Hz, µ-law, and some noise. For callers that are not on a telephone."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from voiceagent.audio.g711 import ulaw_decode, ulaw_encode
from voiceagent.audio.resample import resample
from voiceagent.audio.samples import to_pcm
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
    """The same line for a sound that goes on: as much comes out as goes in, 20 ms later.

    The filters run at the sound's own rate, a multiple of the line's, because resampling twice would cost another 90 ms.
    """

    __slots__ = ("_in", "_out", "_phase", "_step")

    def __init__(self, rate: int) -> None:
        if rate % LINE_RATE:
            raise ValueError(f"{rate} Hz is not a multiple of the line's {LINE_RATE}")
        self._step = rate // LINE_RATE
        self._phase = 0
        """Where in the next piece the line takes its first sample."""
        self._in = _Filter(_band_pass(BAND_HZ, rate, _TAPS * self._step))
        self._out = _Filter(_band_pass((0, LINE_RATE // 2), rate, 16 * self._step + 1) * self._step)

    def push(self, pcm: bytes) -> bytes:
        """A piece of whole samples; the same length of what comes out at the other end now."""
        import numpy as np

        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
        band = self._in.push(samples)
        heard = np.zeros(len(samples))
        heard[self._phase :: self._step] = _ints(ulaw_decode(ulaw_encode(to_pcm(band[self._phase :: self._step]))))
        self._phase = (self._phase - len(samples)) % self._step
        return to_pcm(self._out.push(heard))


class _Filter:
    """A filter that looks back on what went through it."""

    __slots__ = ("_before", "_taps")

    def __init__(self, taps: Any) -> None:
        import numpy as np

        self._taps = taps
        self._before = np.zeros(len(taps) - 1)

    def push(self, samples: Any) -> Any:
        import numpy as np

        stretch = np.concatenate([self._before, samples])
        self._before = stretch[len(samples) :]
        return np.convolve(stretch, self._taps, mode="valid") if len(samples) else samples


def _ints(pcm: bytes) -> Any:
    import numpy as np

    return np.frombuffer(pcm, dtype="<i2")


def _band(pcm: bytes) -> bytes:
    import numpy as np

    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if not samples.size:
        return b""
    return to_pcm(np.convolve(samples, _band_filter())[_TAPS // 2 : _TAPS // 2 + samples.size])  # the filter's delay taken out


@lru_cache(maxsize=1)
def _band_filter() -> Any:
    return _band_pass(BAND_HZ, LINE_RATE, _TAPS)


def _band_pass(band_hz: tuple[int, int], rate: int, count: int) -> Any:
    """A windowed-sinc band pass of `count` taps."""
    import numpy as np

    at = np.arange(count) - count // 2

    def low_pass(hertz: float) -> Any:
        return 2 * hertz / rate * np.sinc(2 * hertz / rate * at)

    window = 0.54 - 0.46 * np.cos(2 * math.pi * np.arange(count) / (count - 1))
    return (low_pass(band_hz[1]) - low_pass(band_hz[0])) * window
