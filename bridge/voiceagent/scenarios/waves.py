"""The sound of a call for a page: its loudness over time as two outlines, and the call itself small enough to embed."""

from __future__ import annotations

import io
import struct
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POINTS_PER_SECOND = 25
"""One point for 40 ms: finer than a syllable, and a minute is 1500 points."""
MOST_POINTS = 4000
EMBEDDED_RATE = 8_000
"""Telephone quality; in µ-law 16 kB for each second of both sides."""
MOST_EMBEDDED_SECONDS = 600
_ULAW = 7


@dataclass(frozen=True, slots=True)
class Waves:
    """Both sides of a call; loudness from 0 to 1 at even distances."""

    seconds: float
    caller: tuple[float, ...]
    agent: tuple[float, ...]


def outlines(wav: bytes) -> Waves:
    """The outlines of a stereo recording: caller left, agent right."""
    sides, rate = _sides(wav)
    seconds = sides.shape[1] / rate
    points = max(1, min(MOST_POINTS, round(seconds * POINTS_PER_SECOND)))
    return Waves(seconds, _outline(sides[0], points), _outline(sides[1], points))


def embeddable(wav: bytes) -> bytes | None:
    """The same call as stereo µ-law at 8 kHz, which browsers play; None when it would be too long for a page."""
    from voiceagent.audio.g711 import ulaw_encode
    from voiceagent.audio.resample import resample

    sides, rate = _sides(wav)
    if sides.shape[1] / rate > MOST_EMBEDDED_SECONDS:
        return None
    codes = [ulaw_encode(resample(side.tobytes(), rate, EMBEDDED_RATE)) for side in sides]
    length = min(len(side) for side in codes)
    both = bytearray(length * 2)
    both[0::2], both[1::2] = codes[0][:length], codes[1][:length]
    return _ulaw_wav(bytes(both))


def _sides(wav: bytes) -> tuple[NDArray[np.int16], int]:
    import numpy as np

    try:
        with wave.open(io.BytesIO(wav)) as file:
            channels, rate = file.getnchannels(), file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    except (wave.Error, EOFError) as error:
        raise UserError(f"The recording of a call is no WAV file: {error}.") from None
    if channels != 2:
        raise UserError(f"The recording of a call has {channels} channels and not two.")
    return np.ascontiguousarray(samples.reshape(-1, 2).T), rate


def _outline(side: NDArray[Any], points: int) -> tuple[float, ...]:
    """Peaks, drawn on a curve that lets quiet speech be seen."""
    import numpy as np

    if not side.size:
        return (0.0,) * points
    edges = np.linspace(0, side.size, points, endpoint=False).astype(int)
    peaks = np.maximum.reduceat(np.abs(side.astype(np.int32)), edges) / 32768
    return tuple(round(float(value), 3) for value in np.sqrt(peaks))


def _ulaw_wav(codes: bytes) -> bytes:
    layout = struct.pack("<HHIIHHH", _ULAW, 2, EMBEDDED_RATE, EMBEDDED_RATE * 2, 2, 8, 0)
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout
    chunks += b"fact" + struct.pack("<II", 4, len(codes) // 2)
    chunks += b"data" + struct.pack("<I", len(codes)) + codes
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
