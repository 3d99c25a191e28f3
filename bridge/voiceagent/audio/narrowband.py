"""Between the telephone's 8 kHz and a rate that is a multiple of it, 2 ms late: for lines whose every frame must go at once.

`resample.Resampler` sounds no better in the telephone's band, and hands out three frames at a time, up to 100 ms late: that is
what its library does for speed. Here as many milliseconds come out as go in.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from voiceagent.audio.samples import to_pcm

LINE_RATE = 8000
_TAPS_EACH = 32  # at 8 kHz: 2 ms to either side; the pass band ends at 3.4 kHz, as the telephone's does
_CUT_HZ = 3700  # half the amplitude; at 4 kHz, where the line's own band ends, 20 dB are gone


class ToLine:
    """A sound of `rate` at 8 kHz."""

    __slots__ = ("_before", "_odd", "_phases", "_step")

    def __init__(self, rate: int) -> None:
        self._step = _step_of(rate)
        # One filter for each of the samples that become one on the line: what the line does not take needs no arithmetic.
        self._phases = [_low_pass(self._step)[phase :: self._step] for phase in range(self._step)]
        self._before = _silence(_TAPS_EACH * self._step)
        self._odd = b""

    def push(self, pcm: bytes) -> bytes:
        """A piece of any length; what the line carries of it."""
        import numpy as np

        whole = self._odd + pcm
        even = len(whole) - len(whole) % (2 * self._step)
        self._odd = whole[even:]
        samples = np.frombuffer(whole[:even], dtype="<i2").astype(np.float64)
        if self._step == 1 or not samples.size:
            return whole[:even]
        stretch = np.concatenate([self._before, samples])
        self._before = stretch[samples.size :]
        heard = np.zeros(samples.size // self._step)
        for phase, taps in enumerate(self._phases):
            heard += np.convolve(stretch[phase :: self._step], taps[::-1], mode="valid")[: heard.size]
        return to_pcm(heard)


class FromLine:
    """A sound of 8 kHz at `rate`."""

    __slots__ = ("_before", "_phases", "_step")

    def __init__(self, rate: int) -> None:
        self._step = _step_of(rate)
        taps = _low_pass(self._step) * self._step
        self._phases = [taps[phase :: self._step] for phase in range(self._step)]
        self._before = _silence(len(self._phases[0]) - 1)

    def push(self, pcm: bytes) -> bytes:
        """A piece of whole samples; as much of it at the higher rate."""
        import numpy as np

        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
        if self._step == 1 or not samples.size:
            return pcm
        stretch = np.concatenate([self._before, samples])
        self._before = stretch[samples.size :]
        heard = np.empty(samples.size * self._step)
        for phase, taps in enumerate(self._phases):
            heard[phase :: self._step] = np.convolve(stretch, taps, mode="valid")[-samples.size :]
        return to_pcm(heard)


def _step_of(rate: int) -> int:
    if rate <= 0 or rate % LINE_RATE:
        raise ValueError(f"{rate} Hz is not a multiple of the line's {LINE_RATE}")
    return rate // LINE_RATE


@lru_cache(maxsize=4)
def _low_pass(step: int) -> Any:
    """A windowed sinc at `step` times the line's rate."""
    import numpy as np

    count = _TAPS_EACH * step + 1
    at = np.arange(count) - count // 2
    cut = _CUT_HZ / (LINE_RATE * step)
    taps = 2 * cut * np.sinc(2 * cut * at) * np.hamming(count)
    return taps / taps.sum()


def _silence(count: int) -> Any:
    import numpy as np

    return np.zeros(count)
