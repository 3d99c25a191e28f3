"""The sound of a call put together after the fact: both sides on one time line, mixed or one per channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from voiceagent.emulators.acs.ear import Piece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def track(pieces: Iterable[Piece], *, rate: int, start: float, end: float) -> NDArray[np.int16]:
    """One side of the call between two times, silence where nothing sounded. Overlapping pieces are added."""
    import numpy as np

    length = max(0, round((end - start) * rate / 1000))
    mix = np.zeros(length, dtype=np.int32)
    for piece in pieces:
        samples = np.frombuffer(piece.pcm, dtype="<i2")
        at = round((piece.start_ms - start) * rate / 1000)
        first, last = max(0, at), min(length, at + len(samples))
        if first < last:
            mix[first:last] += samples[first - at : last - at]
    return np.clip(mix, -32768, 32767).astype("<i2")


def spans(pieces: Sequence[Piece], cuts: Sequence[tuple[float, float]], *, rate: int) -> NDArray[np.int16]:
    """One side of the call over several stretches of time, joined: a recording leaves its pauses out."""
    import numpy as np

    parts = [track(pieces, rate=rate, start=start, end=end) for start, end in cuts]
    return np.concatenate(parts) if parts else np.zeros(0, dtype="<i2")


def mixed(*tracks: NDArray[np.int16]) -> bytes:
    """All tracks in one channel."""
    import numpy as np

    total = sum((one.astype(np.int32) for one in tracks), start=np.zeros(len(tracks[0]), dtype=np.int32))
    return np.clip(total, -32768, 32767).astype("<i2").tobytes()


def interleaved(*tracks: NDArray[np.int16]) -> bytes:
    """One track per channel."""
    import numpy as np

    return np.ascontiguousarray(np.stack(tracks, axis=1)).tobytes()
