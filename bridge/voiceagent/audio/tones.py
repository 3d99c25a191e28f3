"""Sounds made from numbers: silence, tones, telephone keys, noise; and how loud a sound is."""

from __future__ import annotations

import math

from voiceagent.audio.samples import to_pcm

FULL_SCALE = 32767
SILENCE_DBFS = -100.0
"""What `level_dbfs` answers for digital silence, which has no logarithm."""

_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
_PAD = ("123A", "456B", "789C", "*0#D")
DTMF_HZ: dict[str, tuple[int, int]] = {
    key: (row, column) for row, keys in zip(_ROWS, _PAD, strict=True) for column, key in zip(_COLUMNS, keys, strict=True)
}
"""The two frequencies of each telephone key (ITU-T Q.23)."""


def silence(ms: float, rate: int) -> bytes:
    """Digital silence."""
    return bytes(2 * round(ms * rate / 1000))


def tone(frequencies: tuple[float, ...], ms: float, rate: int, *, level_dbfs: float = -12.0) -> bytes:
    """Sines together, each at `level_dbfs` of peak; 5 ms of fade at both ends against clicks."""
    import numpy as np

    count = round(ms * rate / 1000)
    at = np.arange(count) / rate
    wave = sum((np.sin(2 * math.pi * hertz * at) for hertz in frequencies), np.zeros(count))
    fade = min(round(0.005 * rate), count // 2)
    if fade:
        ramp = np.linspace(0.0, 1.0, fade, endpoint=False)
        wave[:fade] *= ramp
        wave[-fade:] *= ramp[::-1]
    return to_pcm(wave * 10 ** (level_dbfs / 20) * FULL_SCALE)


def dtmf(key: str, ms: float, rate: int, *, level_dbfs: float = -12.0) -> bytes:
    """The sound of a telephone key: one of 0-9 * # A-D."""
    if key not in DTMF_HZ:
        raise ValueError(f"{key!r} is not a key of a telephone")
    return tone(DTMF_HZ[key], ms, rate, level_dbfs=level_dbfs)


def noise(ms: float, rate: int, *, seed: int, level_dbfs: float = -50.0) -> bytes:
    """White noise; the same seed gives the same noise."""
    import numpy as np

    samples = np.random.Generator(np.random.PCG64(seed)).standard_normal(round(ms * rate / 1000))
    return to_pcm(samples * 10 ** (level_dbfs / 20) * FULL_SCALE)


def mix(one: bytes, other: bytes) -> bytes:
    """Both sounds at once, as long as the longer one; loud sums are clipped."""
    import numpy as np

    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    total = np.frombuffer(longer, dtype="<i2").astype(np.int32)
    total[: len(shorter) // 2] += np.frombuffer(shorter, dtype="<i2")
    return to_pcm(total)


def level_dbfs(pcm: bytes) -> float:
    """The loudness of a sound: its effective value against full scale, in decibels; SILENCE_DBFS for silence or nothing."""
    import numpy as np

    if len(pcm) < 2:
        return SILENCE_DBFS
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    power = float(np.mean(samples * samples))
    return 10 * math.log10(power / FULL_SCALE**2) if power else SILENCE_DBFS
