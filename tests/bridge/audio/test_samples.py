from __future__ import annotations

import struct

import numpy as np

from voiceagent.audio.samples import to_pcm


def test_samples_are_rounded_and_clipped() -> None:
    assert to_pcm(np.array([0.4, 0.6, -1.7, 40_000, -40_000])) == struct.pack("<5h", 0, 1, -2, 32_767, -32_768)
    assert to_pcm(np.array([70_000, -3], dtype=np.int32)) == struct.pack("<2h", 32_767, -3)
