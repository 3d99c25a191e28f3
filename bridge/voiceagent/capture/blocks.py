"""The blocks of a capture file as they lie on the disk: verified, unfinished, or not what they were.

No content is handed on before its checksum is right, because a changed bit inside compressed text may well unpack to text that
looks plausible. After damage the next block is found by its head, which no other content contains. Files that somebody packed
again with gzip, or unpacked to plain JSON lines, are read as well, as far as their own checks go.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from voiceagent.capture.gz import ASIDE, ASIDE_HEAD_BYTES, ASIDE_REST, HEAD_BYTES, MEMBER, RAW, TRAILER
from voiceagent.capture.inflate import whole_block

_CHUNK = 1 << 17  # more than a block of an ordinary call, which is then unpacked in one piece
UNNUMBERED = -1
"""The number of what others wrote."""

LARGEST_BLOCK = 64 << 20  # a second of a call is a tenth of a megabyte; a hostile file must not fill the memory

_IN_VAIN = 64 << 20
_IN_VAIN_TIMES = 16


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines that belong together. `verified`: their checksum is right; else the file ends before it.

    `aside`: they belong to the next block, and stand for themselves no longer than until it comes.
    """

    number: int
    offset: int
    content: bytes
    verified: bool = True
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something is wrong from this byte on. `cut`: the file just ends; else what was written has been changed."""

    offset: int
    why: str
    cut: bool = False


def blocks(file: BinaryIO, *, aside: bool = True) -> Iterator[Block | Gap]:
    """What is in a file, in order. Without `aside`, blocks that lie aside are verified, not unpacked, and left out."""
    start = file.read(_CHUNK)
    if MEMBER in start or ASIDE in start:
        yield from _ours(file, aside)
    elif start.startswith(b"\x1f\x8b"):
        yield from _whole_lines(_packed_by_others(file))
    else:
        file.seek(0)
        plain = (Block(UNNUMBERED, 0, chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))
        yield from _whole_lines(plain)


# --- our own blocks


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found where a block should begin. `why`: it is none; `end` None: the file ended first."""

    content: bytes
    end: int | None
    why: str = ""


class _Patience:
    """How much more may be read and unpacked in vain, so that reading takes no longer than in proportion to the file.

    What begins like a block and is none may run through all that follows it, and thousands may begin there again. A file that
    was merely damaged needs as much as its broken blocks hold.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._left = _IN_VAIN + _IN_VAIN_TIMES * file.seek(0, os.SEEK_END)
        self._spent = 0

    def spend(self, size: int) -> None:
        """So many bytes were looked at for the block at hand."""
        self._spent += size

    def lost(self) -> bool:
        """It was in vain. Whether there is patience left."""
        self._left -= self._spent
        self._spent = 0
        return self._left > 0

    def found(self) -> None:
        """It was a block."""
        self._spent = 0


def _ours(file: BinaryIO, aside: bool) -> Iterator[Block | Gap]:
    offset, expected, skipped, patience = 0, 0, False, _Patience(file)
    while chunk := _at(file, offset, _CHUNK):
        patience.spend(len(chunk))
        kind = _kind(chunk)
        end = _passed_over(file, offset, chunk, patience) if kind is ASIDE else None
        if end is not None and not aside:
            found = _Read(b"", end)
        elif kind is not None and (whole := whole_block(chunk, LARGEST_BLOCK)) is not None:
            found = _Read(whole[0], offset + whole[1])
        else:
            found = _read(file, offset, ASIDE_HEAD_BYTES if kind is ASIDE else HEAD_BYTES, patience)
        following = _next_head(file, offset) if found.why or found.end is None else None
        if found.end is None and not found.why and following is None:
            yield from _unfinished(found.content, offset, expected, kind)
            return
        if found.why or found.end is None:
            yield Gap(offset, found.why or "its compressed data does not end", cut=False)
            if following is None:
                return
            if not patience.lost():
                yield Gap(following, "too much of it is broken to look for more")
                return
            offset, skipped = following, True
            continue
        number = int.from_bytes(chunk[len(MEMBER) : HEAD_BYTES], "little")  # in the same place in both heads
        if kind is None or (kind is ASIDE and end is None):
            yield Gap(offset, "the head of a block was changed")
            if not patience.lost():
                yield Gap(offset, "too much of it is broken to look for more")
                return
            number = expected
        elif number != expected and not (skipped and number > expected):
            yield Gap(offset, f"here should be block {expected}, and it is block {number}")
        if found.content or kind is not ASIDE:
            yield Block(number, offset, found.content, aside=kind is ASIDE)
        patience.found()
        offset, expected, skipped = found.end, max(number, 0) + 1, False


def _kind(chunk: bytes) -> bytes | None:
    """How the block begins here, or None when it begins like none of ours."""
    return next((head for head in (MEMBER, ASIDE) if chunk.startswith(head)), None)


def _passed_over(file: BinaryIO, offset: int, chunk: bytes, patience: _Patience) -> int | None:
    """Where the block that lies aside ends, when its packed bytes are what was written."""
    if len(chunk) < ASIDE_HEAD_BYTES:
        return None
    _, size, checksum = ASIDE_REST.unpack_from(chunk, len(ASIDE))
    end = ASIDE_HEAD_BYTES + size
    if end > LARGEST_BLOCK:
        return None
    patience.spend(size)
    packed = chunk[ASIDE_HEAD_BYTES:end] if end <= len(chunk) else _at(file, offset + ASIDE_HEAD_BYTES, size)
    return offset + end if len(packed) == size and zlib.crc32(packed) == checksum else None


def _unfinished(content: bytes, offset: int, number: int, kind: bytes | None) -> Iterator[Block | Gap]:
    """The last block of a writer that was stopped: what can be unpacked, up to its last whole line."""
    yield Gap(offset, "the last block was not finished, and what can be read of it is not verified", cut=True)
    lines = content[: content.rfind(b"\n") + 1]
    if lines:
        yield Block(number, offset, lines, verified=False, aside=kind is ASIDE)


def _read(file: BinaryIO, offset: int, head_bytes: int, patience: _Patience) -> _Read:
    """Unpack the block at this place, whatever its head looks like: its checksum decides."""
    unpack, size = zlib.decompressobj(RAW), 0
    parts: list[bytes] = []
    at = offset + head_bytes
    while not unpack.eof:
        chunk = _at(file, at, _CHUNK)
        if not chunk:
            return _Read(b"".join(parts), None)
        at += len(chunk)
        patience.spend(len(chunk))
        try:
            parts.append(unpack.decompress(chunk, LARGEST_BLOCK + 1 - size))
        except zlib.error:
            return _Read(b"", None, "its compressed data is broken")
        size += len(parts[-1])
        patience.spend(len(parts[-1]))
        if size > LARGEST_BLOCK:
            return _Read(b"", None, "a block is larger than any we write")
    end = at - len(unpack.unused_data) + TRAILER.size
    trailer, content = _at(file, end - TRAILER.size, TRAILER.size), b"".join(parts)
    if len(trailer) < TRAILER.size:
        return _Read(content, None)
    if TRAILER.unpack(trailer) != (zlib.crc32(content), size):
        return _Read(b"", None, "its checksum is wrong")
    return _Read(content, end)


def _next_head(file: BinaryIO, offset: int) -> int | None:
    """Where the next block begins after this byte."""
    at, tail = offset + 1, b""
    while chunk := _at(file, at, _CHUNK):
        found = [place for head in (MEMBER, ASIDE) if (place := (tail + chunk).find(head)) >= 0]
        if found:
            return at - len(tail) + min(found)
        at += len(chunk)
        tail = (tail + chunk)[1 - len(MEMBER) :]
    return None


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


# --- files of others


def _packed_by_others(file: BinaryIO) -> Iterator[Block | Gap]:
    """One gzip member over everything has its checksum at the very end: looked at first, so that nothing unverified is told."""
    verified = all(isinstance(part, Block) for part in _unpacked(file))
    if not verified:
        yield Gap(
            0, "the file has one checksum for all and it cannot be right: what can be read of it is not verified", cut=True
        )
    for part in _unpacked(file):
        yield Block(part.number, part.offset, part.content, verified) if isinstance(part, Block) else part


def _unpacked(file: BinaryIO) -> Iterator[Block | Gap]:
    file.seek(0)
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    offset, member = 0, b""
    while chunk := file.read(_CHUNK):
        offset += len(chunk)
        while chunk:
            if unpack.eof:  # gzip files may be put one after the other
                unpack, member = zlib.decompressobj(zlib.MAX_WBITS | 16), chunk
            try:
                content = unpack.decompress(chunk, 1 << 20)
            except zlib.error:
                alien = member and not member.startswith(b"\x1f\x8b")
                why = "what follows is not compressed data" if alien else "its compressed data is broken, or its checksum wrong"
                yield Gap(offset - len(chunk), why)
                return
            if content:
                yield Block(UNNUMBERED, offset, content)
            chunk = unpack.unconsumed_tail or unpack.unused_data
    if not unpack.eof:
        yield Gap(offset, "the compressed data does not end", cut=True)


def _whole_lines(parts: Iterator[Block | Gap] | Iterator[Block]) -> Iterator[Block | Gap]:
    rest: list[bytes] = []  # of a line that goes on: joined once, when it ends
    size, last = 0, Block(UNNUMBERED, 0, b"")
    for part in parts:
        if isinstance(part, Gap):
            yield part
            continue
        lines, newline, begun = part.content.rpartition(b"\n")
        if newline:
            yield Block(part.number, part.offset, b"".join((*rest, lines, newline)), part.verified)
            rest, size = [], 0
        rest.append(begun)
        size += len(begun)
        if size > LARGEST_BLOCK:
            yield Gap(part.offset, "a line is longer than any we write")
            return
        last = part
    if size:
        yield Gap(last.offset, "the file ends inside a line", cut=True)
