"""Whole blocks unpacked by either library: the same bytes, and never ones that were changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from voiceagent.capture import inflate
from voiceagent.capture.gz import GzipLog
from voiceagent.capture.inflate import whole_block

CONTENT = b'{"t":1.000,"kind":"wire"}\n' * 50


@pytest.fixture(params=["installed", "zlib"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)  # as on a machine for which there is no wheel
    inflate._library.cache_clear()
    yield request.param
    inflate._library.cache_clear()


@pytest.fixture
def block(tmp_path: Path) -> bytes:
    log = GzipLog(tmp_path / "a.gz")
    log.write(CONTENT)
    log.finish()
    return (tmp_path / "a.gz").read_bytes()


@pytest.mark.usefixtures("library")
def test_a_block_is_unpacked_and_what_follows_is_left(block: bytes) -> None:
    assert whole_block(block + b"the next", 10_000) == (CONTENT, len(block))


@pytest.mark.usefixtures("library")
def test_one_that_is_not_all_there_or_too_large_is_none(block: bytes) -> None:
    assert [whole_block(block[:end], 10_000) for end in range(len(block))] == [None] * len(block)
    assert whole_block(block, len(CONTENT) - 1) is None
    assert whole_block(block, len(CONTENT)) is not None


@pytest.mark.usefixtures("library")
def test_no_changed_bit_of_the_data_or_the_checksum_gives_other_bytes(block: bytes) -> None:
    for place in range(20, len(block)):
        for bit in range(8):
            changed = bytearray(block)
            changed[place] ^= 1 << bit
            found = whole_block(bytes(changed), 10_000)
            assert found is None or found[0] == CONTENT


def test_the_quick_library_is_the_one_that_is_used_where_it_is_installed(library: str) -> None:
    expected = "zlib" if library == "zlib" or find_spec("isal") is None else "isal.isal_zlib"
    assert inflate._library()[0].__name__ == expected
