"""A gzip file that is good up to its last second, whatever happens: a killed process, a full disk.

Every `sync` is a full flush: all before it can be read, and nothing after it refers to what came before. So when the disk is
full, the file can be cut back to a sync point, which makes room, and be ended properly with a last line that says why.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no name, no time, any system
_LEVEL = 1  # base64 of speech gives the same size at every level; 1 costs a third of 6
_RAW = -zlib.MAX_WBITS


class _Point(NamedTuple):
    offset: int
    crc: int
    size: int


class GzipLog:
    """Append-only; the methods raise OSError as the file system does."""

    def __init__(self, path: Path) -> None:
        # Private from its first byte: it holds what people said.
        self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
        self._now = _Point(0, 0, 0)
        self._points: list[_Point] = []
        self._put(_HEADER)
        self._points.append(self._now)

    def write(self, content: bytes) -> None:
        """Add content; it may stay in memory until `sync`."""
        self._now = self._now._replace(
            crc=zlib.crc32(content, self._now.crc), size=(self._now.size + len(content)) & 0xFFFFFFFF
        )
        self._put(self._deflate.compress(content))

    def sync(self) -> None:
        """Everything written so far can be read from now on, even if this process is killed."""
        self._put(self._deflate.flush(zlib.Z_FULL_FLUSH))
        self._points = [*self._points[-2:], self._now]

    def finish(self) -> None:
        """Write the end of the gzip file and close it."""
        self._end()
        self._close()

    def give_up(self, last: bytes) -> bool:
        """After an OSError: cut back to a sync point and end there with `last`. False when not even that fits."""
        for point in reversed(self._points):
            try:
                os.ftruncate(self._file, point.offset)
                os.lseek(self._file, point.offset, os.SEEK_SET)
                self._now, self._deflate = point, zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
                self.write(last)
                self._end()
            except OSError:
                continue
            self._close()
            return True
        self._close()
        return False

    def _end(self) -> None:
        self._put(self._deflate.flush(zlib.Z_FINISH))
        self._put(struct.pack("<II", self._now.crc, self._now.size))

    def _put(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            written = os.write(self._file, left)
            self._now = self._now._replace(offset=self._now.offset + written)
            left = left[written:]

    def _close(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)
