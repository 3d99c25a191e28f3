"""Blocks as they lie on the disk; what a reader makes of whole files is in test_read."""

from __future__ import annotations

import gzip
import io
import struct
from pathlib import Path

import pytest

from voiceagent.capture import blocks as module
from voiceagent.capture.blocks import UNNUMBERED, Block, Gap, blocks
from voiceagent.capture.gz import ASIDE, ASIDE_REST, HEAD_BYTES, GzipLog, head


def written(tmp_path: Path) -> bytes:
    log = GzipLog(tmp_path / "a.gz")
    for number in range(4):
        log.write(b"line %d\n" % number * (number + 1))
        log.sync()
    log.finish()
    return (tmp_path / "a.gz").read_bytes()


def found(content: bytes) -> list[Block | Gap]:
    return list(blocks(io.BytesIO(content)))


def test_whole_blocks_come_verified_and_in_order(tmp_path: Path) -> None:
    content = written(tmp_path)
    assert found(content) == [
        Block(number, content.index(head(number)), b"line %d\n" % number * (number + 1)) for number in range(4)
    ]


def with_asides(tmp_path: Path) -> bytes:
    log = GzipLog(tmp_path / "b.gz")
    for number in range(3):
        log.write(b"line %d\n" % number, aside=b"voices %d\n" % number * 40)
        log.sync()
    log.finish()
    return (tmp_path / "b.gz").read_bytes()


def numbers(parts: list[Block | Gap]) -> list[tuple[int, bool]]:
    return [(part.number, part.aside) for part in parts if isinstance(part, Block)]


@pytest.mark.parametrize("chunk", [50, 1 << 17])
def test_what_lies_aside_is_unpacked_only_for_who_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(module, "_CHUNK", chunk)
    content = with_asides(tmp_path)
    assert numbers(found(content)) == [(0, True), (1, False), (2, True), (3, False), (4, True), (5, False)]
    parts = list(blocks(io.BytesIO(content), aside=False))
    assert numbers(parts) == [(1, False), (3, False), (5, False)]
    assert len(parts) == 3, "and nothing is said to be missing"


@pytest.mark.parametrize("asked", [True, False])
def test_every_changed_bit_of_what_lies_aside_is_noticed(tmp_path: Path, asked: bool) -> None:
    content = with_asides(tmp_path)
    start = content.index(ASIDE, 30)
    for where in range(start, content.index(head(3))):
        for bit in (1, 0x80):
            changed = bytearray(content)
            changed[where] ^= bit
            parts = list(blocks(io.BytesIO(changed), aside=asked))
            gaps = [part for part in parts if isinstance(part, Gap)]
            assert gaps, where
            assert {(1, False), (3, False), (5, False)} <= set(numbers(parts)), where


def test_a_changed_head_costs_nothing_but_a_word(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path))
    where = content.index(head(2))
    content[where + 4] = 7
    parts = found(bytes(content))
    assert parts[2] == Gap(where, "the head of a block was changed")
    assert [part.number for part in parts if isinstance(part, Block)] == [0, 1, 2, 3]


def test_the_very_first_head_may_be_the_changed_one(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path))
    content[3] = 0
    parts = found(bytes(content))
    assert [type(part) for part in parts] == [Gap, Block, Block, Block, Block]


def test_after_garbage_the_next_head_is_found_even_across_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 50)
    content = written(tmp_path)
    where = content.index(head(2))
    for length in range(60):
        parts = found(content[:where] + b"\xff" * length + content[where:])
        assert [part.number for part in parts if isinstance(part, Block)] == [0, 1, 2, 3]
        assert any(isinstance(part, Gap) for part in parts) == bool(length)


def test_a_block_larger_than_any_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_BLOCK", 20)
    parts = found(written(tmp_path))
    assert [part.number for part in parts if isinstance(part, Block)] == [0, 1]
    assert parts[2] == Gap(parts[2].offset, "a block is larger than any we write")


def test_plain_lines_and_files_packed_by_others_are_read() -> None:
    assert found(b"a\nb\n") == [Block(UNNUMBERED, 0, b"a\nb\n")]
    [block] = found(gzip.compress(b"a\n") + gzip.compress(b""))
    assert isinstance(block, Block)
    assert (block.content, block.verified) == (b"a\n", True)
    assert found(b"") == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(b"a\n")[:-3], "the compressed data does not end"),
        (gzip.compress(b"a\n") + b"garbage", "what follows is not compressed data"),
        (gzip.compress(b"a\n")[:-8] + b"12345678", "its compressed data is broken, or its checksum wrong"),
    ],
    ids=["cut", "garbage", "checksum"],  # the packed bytes hold the time, and a name must be the same in every worker
)
def test_of_a_packed_file_that_is_not_whole_nothing_is_verified(content: bytes, why: str) -> None:
    first, *parts = found(content)
    assert isinstance(first, Gap)
    assert [part.verified for part in parts if isinstance(part, Block)] in ([False], [])
    assert why in str(parts)


def test_the_last_line_of_a_plain_file_must_end() -> None:
    assert found(b"a\nb") == [Block(UNNUMBERED, 0, b"a\n"), Gap(0, "the file ends inside a line", cut=True)]


class Counted(io.BytesIO):
    """Tells how much of it was read, again and again."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def running_on(size: int) -> bytes:
    """Heads of which each begins a stored block that runs through all the others, to the end of the file."""
    unit, found = HEAD_BYTES + 5, b""
    while len(found) < size:
        left = [65_000 // unit * unit - unit * (number + 1) for number in range(65_000 // unit)]
        found += b"".join(head(number) + b"\0" + struct.pack("<HH", rest, ~rest & 0xFFFF) for number, rest in enumerate(left))
    return found


HOSTILE = {
    "running on": running_on(1 << 19),
    "broken at once": (head(0) + b"\xff") * (1 << 14),
    "aside to the end": b"".join(
        ASIDE + ASIDE_REST.pack(number, max(0, (1 << 19) - 29 * number), 1) for number in range((1 << 19) // 29)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("asked", [True, False])
def test_what_only_begins_like_blocks_is_given_up_before_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, name: str, asked: bool
) -> None:
    monkeypatch.setattr(module, "_IN_VAIN", 1 << 20)
    file = Counted(HOSTILE[name])
    parts = list(blocks(file, aside=asked))
    assert "too much of it is broken to look for more" in str(parts[-1])
    assert file.taken < 60 * len(HOSTILE[name])


def test_a_line_over_many_parts_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 3)
    parts = found(b"a\nbbbbbbbbbb\n\ncc\nd")
    assert b"".join(part.content for part in parts if isinstance(part, Block)) == b"a\nbbbbbbbbbb\n\ncc\n"
    assert all(part.content.endswith(b"\n") for part in parts if isinstance(part, Block))
    assert isinstance(parts[-1], Gap)


def test_a_line_without_end_is_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 10)
    monkeypatch.setattr(module, "LARGEST_BLOCK", 50)
    file = Counted(b"a" * 500)
    assert list(blocks(file)) == [Gap(0, "a line is longer than any we write")]
    assert file.taken < 100
