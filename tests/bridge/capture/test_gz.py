"""A gzip file through bad times."""

from __future__ import annotations

import errno
import gzip
import itertools
import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from voiceagent.capture.gz import ASIDE, ASIDE_HEAD_BYTES, ASIDE_REST, GzipLog, head


def test_a_finished_file_is_ordinary_gzip(tmp_path: Path) -> None:
    log = GzipLog(tmp_path / "a.gz")
    for number in range(100):
        log.write(b"line %d\n" % number)
        if number % 10 == 0:
            log.sync()
    log.finish()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"".join(b"line %d\n" % number for number in range(100))


def test_everything_before_a_sync_can_be_read_from_an_unfinished_file(tmp_path: Path) -> None:
    log = GzipLog(tmp_path / "a.gz")
    log.write(b"one\n")
    log.sync()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"one\n"
    log.write(b"two\n")
    log.finish()


def test_every_block_begins_with_its_number(tmp_path: Path) -> None:
    log = GzipLog(tmp_path / "a.gz")
    assert log.empty
    for number in range(3):
        log.write(b"one\n")
        log.sync()
        log.sync()  # nothing new: no block
        assert (log.number, log.empty) == (number + 1, False)
    log.finish()
    content = (tmp_path / "a.gz").read_bytes()
    assert [content.count(head(number)) for number in range(4)] == [1, 1, 1, 0]


def test_what_lies_aside_is_a_block_of_its_own_before_the_one_it_belongs_to(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    log = GzipLog(path)
    log.write(b"header\n")
    log.sync()
    log.write(b"one\n", aside=b"voices\n")
    log.write(b"two\n")
    log.finish()
    content = path.read_bytes()
    assert gzip.decompress(content) == b"header\nvoices\none\ntwo\n"
    start, following = content.index(ASIDE), content.index(head(2))
    number, size, checksum = ASIDE_REST.unpack_from(content, start + len(ASIDE))
    packed = content[start + ASIDE_HEAD_BYTES : following]
    assert (number, size, checksum) == (1, len(packed), zlib.crc32(packed))


def test_the_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    GzipLog(tmp_path / "a.gz").finish()
    assert (tmp_path / "a.gz").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        GzipLog(tmp_path / "a.gz")


class SmallDisk:
    """`os.write` on a disk of so many bytes."""

    def __init__(self, path: Path, room: int) -> None:
        self._path, self._room, self._write = path, room, os.write

    def __call__(self, file: int, content: Any) -> int:
        left = self._room - self._path.stat().st_size
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(file, bytes(content)[:left])


def fill(log: GzipLog) -> int:
    """Write and sync lines until the disk is full; how many were taken."""
    for number in itertools.count():
        try:
            log.write(b"%d %s\n" % (number, os.urandom(40).hex().encode()))
            log.sync()
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017
            return number
    raise AssertionError


def give_up(log: GzipLog) -> bool:
    """As the writer does it: the latest place where a last line fits."""
    while log.cut_back():
        try:
            log.write(b"the disk is full\n")
            log.finish()
        except OSError:
            continue
        return True
    return False


@pytest.mark.parametrize("room", range(400, 1400, 97))
def test_a_full_disk_ends_the_file_properly_at_the_end_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "a.gz"
    log = GzipLog(path)
    monkeypatch.setattr(os, "write", SmallDisk(path, room))
    number = fill(log)
    assert give_up(log)
    lines = gzip.decompress(path.read_bytes()).splitlines()
    assert lines[-1] == b"the disk is full"
    assert [int(line.split()[0]) for line in lines[:-1]] == list(range(len(lines) - 1))
    assert len(lines) - 1 >= number - 3


def test_a_disk_that_takes_nothing_at_all_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.gz"
    log = GzipLog(path)
    monkeypatch.setattr(os, "write", SmallDisk(path, 0))
    log.finish()  # nothing to write, nothing wrong
    log = GzipLog(tmp_path / "b.gz")
    log.write(b"x")
    monkeypatch.setattr(os, "write", SmallDisk(tmp_path / "b.gz", 0))
    with pytest.raises(OSError, match="No space left"):
        log.finish()
    assert not give_up(log)
