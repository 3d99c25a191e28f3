"""Samples as numbers to calculate with, made sound again: rounded, not cut off, and what is too loud clipped."""

from __future__ import annotations

from typing import Any


def to_pcm(samples: Any) -> bytes:
    """An array of samples, where 32767 is full scale, as 16-bit little-endian PCM."""
    import numpy as np

    return bytes(np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes())
