"""The sound of a call as a file: the caller on the left, the agent on the right, as both sounded at the same time."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voiceagent.errors import UserError


class StereoFile:
    """Give it both sides in real time; they are joined as far as both have come."""

    def __init__(self, file: wave.Wave_write) -> None:
        self._file = file
        self._caller = bytearray()
        self._agent = bytearray()

    def caller(self, pcm: bytes) -> None:
        """What the engine heard."""
        self._caller += pcm
        self._join(min(len(self._caller), len(self._agent)))

    def agent(self, pcm: bytes) -> None:
        """What the caller heard."""
        self._agent += pcm
        self._join(min(len(self._caller), len(self._agent)))

    def end(self) -> None:
        """Write what is left of the longer side."""
        self._join(max(len(self._caller), len(self._agent)))

    def _join(self, count: int) -> None:
        if not count:
            return
        import numpy as np

        sides = [np.frombuffer(bytes(side[:count]).ljust(count, b"\0"), dtype="<i2") for side in (self._caller, self._agent)]
        self._file.writeframesraw(np.column_stack(sides).tobytes())
        del self._caller[:count], self._agent[:count]


@contextmanager
def stereo_file(path: Path, rate: int) -> Iterator[StereoFile]:
    """A file to write while the block runs; readable afterwards even when the call broke. UserError when it cannot be made."""
    try:
        raw = path.open("wb")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}", remedy="name another file") from None
    with raw, wave.open(raw, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        stereo = StereoFile(file)
        try:
            yield stereo
        finally:
            stereo.end()
