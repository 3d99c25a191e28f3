"""MP3 as the service records it: 16 kHz, one channel, 48 kbit/s at a constant rate.

The package `soundfile` (libsndfile with LAME) makes it; it comes with the extra `embedded`, as voices for callers do.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

RATE = 16_000
_QUALITY = 0.74
"""libsndfile's scale of bit rates at 16 kHz, from 160 kbit/s (0) to 8 (1): the step of 48."""

MISSING = (
    "A recording was asked for as MP3 and is WAV: the package `soundfile` is not installed "
    "(pip install 'voiceagent-workbench[embedded]')."
)


def can_write_mp3() -> bool:
    return find_spec("soundfile") is not None


def write_mp3(path: Path, pcm: bytes) -> None:
    """PCM of 16 kHz as a file. Blocking. OSError when it cannot be written."""
    import numpy as np
    import soundfile

    samples = np.frombuffer(pcm, dtype="<i2")
    with path.open("wb") as file:
        soundfile.write(file, samples, RATE, format="MP3", compression_level=_QUALITY, bitrate_mode="CONSTANT")
