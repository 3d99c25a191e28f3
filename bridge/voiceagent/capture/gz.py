"""A gzip file made of blocks, good up to its last block whatever happens: a killed process, a full disk, a bad sector.

Every `sync` ends a gzip member. Each member has a checksum of its own, which a reader verifies before it believes a word of
it, and its number, so that a missing one is noticed. Any gzip program reads the whole as one file. When the disk is full, the
file can be cut back to the end of a block, which makes room, and be ended properly with a last line that says why.

What most readers do not need is a block of its own before the one it belongs to. Its head tells how long it is and the checksum
of its packed bytes, so that it can be verified and passed over without being unpacked.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

MEMBER = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x08\x00VA\x04\x00"
"""How a block begins (deflate, with an extra field "VA" of four bytes, no time, any system), before its number."""

HEAD_BYTES = len(MEMBER) + 4
ASIDE = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x10\x00VB\x0c\x00"
"""How a block that may be passed over begins, then its number, how much follows this head, and the CRC-32 of that."""

ASIDE_REST = struct.Struct("<III")
ASIDE_HEAD_BYTES = len(ASIDE) + ASIDE_REST.size
TRAILER = struct.Struct("<II")  # CRC-32 and length of what is inside
RAW = -zlib.MAX_WBITS
_LEVEL = 1  # base64 of speech gives the same size at every level; 1 costs a third of 6
_POINTS = 3  # ends of blocks to fall back to when the disk is full


def head(number: int) -> bytes:
    """The head of the block of this number."""
    return MEMBER + struct.pack("<I", number & 0xFFFFFFFF)


def _packed(content: bytes) -> bytes:
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, RAW)  # without the interpreter's lock, which calls may need
    size = len(content) & 0xFFFFFFFF
    return deflate.compress(content) + deflate.flush(zlib.Z_FINISH) + TRAILER.pack(zlib.crc32(content), size)


class GzipLog:
    """Append-only; the methods raise OSError as the file system does."""

    def __init__(self, path: Path) -> None:
        # Private from its first byte: it holds what people said.
        self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._offset = 0
        self._number = 0
        self._lines: list[bytes] = []
        self._aside = b""
        self._points: list[tuple[int, int]] = []

    @property
    def number(self) -> int:
        """The number of the block that is being written, or would be."""
        return self._number

    @property
    def empty(self) -> bool:
        """Whether not even the first block was ended."""
        return self._number == 0

    def write(self, content: bytes, *, aside: bytes = b"") -> None:
        """Add content, which stays in memory until `sync`; `aside` goes into a block of its own before it."""
        self._lines.append(content)
        self._aside += aside

    def sync(self) -> None:
        """Write the block: everything so far can be read and verified from now on, even if this process is killed."""
        if not self._lines:
            return
        content, aside = b"".join(self._lines), self._aside
        self._lines, self._aside = [], b""
        if aside:
            packed = _packed(aside)
            self._put(ASIDE + ASIDE_REST.pack(self._number & 0xFFFFFFFF, len(packed), zlib.crc32(packed)) + packed)
            self._number += 1
        self._put(head(self._number) + _packed(content))
        self._number += 1
        self._points = [*self._points[1 - _POINTS :], (self._offset, self._number)]

    def finish(self) -> None:
        """End the last block and close the file."""
        self.sync()
        self._close()

    def cut_back(self) -> bool:
        """After an OSError: cut the file to the end of its latest block, or with every further call to an earlier one.

        False when there is none left, and then the file is closed.
        """
        while self._points:
            offset, number = self._points.pop()
            try:
                os.ftruncate(self._file, offset)
                os.lseek(self._file, offset, os.SEEK_SET)
            except OSError:
                continue
            self._offset, self._number = offset, number
            self._lines, self._aside = [], b""
            return True
        self._close()
        return False

    def _put(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            written = os.write(self._file, left)
            self._offset += written
            left = left[written:]

    def _close(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)
