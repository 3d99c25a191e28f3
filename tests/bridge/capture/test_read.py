"""Captures as they are found: whole, cut, damaged, of another time."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from voiceagent.capture.read import CaptureReader, read_capture
from voiceagent.capture.records import End, Header, NoteRecord, Unknown, header_line, record_line
from voiceagent.errors import UserError

LINES = [
    header_line(Header("c1", "2026-11-22T05:00:00.000Z", "redacted")),
    record_line(1, "note", type="PhaseNoted", fields={"phase": "answered"}),
    record_line(2, "end", reason="closed", records=1),
]


def write(tmp_path: Path, content: bytes, *, packed: bool = True) -> Path:
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def whole(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


@pytest.mark.parametrize("packed", [True, False])
def test_a_whole_capture_packed_or_plain(tmp_path: Path, packed: bool) -> None:
    capture = read_capture(write(tmp_path, whole(LINES), packed=packed))
    assert (capture.header.call_id, capture.stopped) == ("c1", None)
    assert capture.records == (NoteRecord(1, "PhaseNoted", {"phase": "answered"}), End(2, "closed", 1))


def test_a_capture_cut_at_any_byte_tells_what_it_holds(tmp_path: Path) -> None:
    content = gzip.compress(whole(LINES), compresslevel=0)
    path = tmp_path / "c.jsonl.gz"
    for length in range(20 + len(LINES[0]), len(content) - 8):
        path.write_bytes(content[:length])
        capture = read_capture(path)
        assert len(capture.records) <= 2
        if not isinstance((*capture.records, None)[-2 if len(capture.records) else -1], End):
            assert "its writer was stopped" in str(capture.stopped)


def test_damage_in_the_middle_is_where_reading_stops(tmp_path: Path) -> None:
    lines = [LINES[0], *(record_line(number, "note", type="x" * 50) for number in range(5000))]
    content = bytearray(gzip.compress(whole(lines)))
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(content)
    assert "its writer was stopped" in str(read_capture(path).stopped)


def test_a_line_that_is_no_record_is_kept_and_reading_goes_on(tmp_path: Path) -> None:
    capture = read_capture(write(tmp_path, whole([LINES[0], b"{broken", *LINES[1:]])))
    assert [type(record) for record in capture.records] == [Unknown, NoteRecord, End]


def test_an_early_end_is_told(tmp_path: Path) -> None:
    lines = [
        LINES[0],
        record_line(1, "mark", mark="disk-full", sentence="x"),
        record_line(1, "end", reason="disk-full", records=1),
    ]
    assert read_capture(write(tmp_path, whole(lines))).stopped == "the capture ended before its call, after record 1: disk-full"


@pytest.mark.parametrize("content", [b"", b"hello\n", b"[]\n", b'{"kind":"note"}\n', LINES[0]])
def test_what_is_no_capture_is_a_user_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError, match="is not a capture"):
        read_capture(write(tmp_path, content))


def test_a_capture_from_the_future_asks_for_an_update(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="of version 2; this voiceagent reads version 1") as caught:
        CaptureReader(write(tmp_path, b'{"v":2,"kind":"header"}\n'))
    assert caught.value.remedy == "update voiceagent"


def test_a_missing_file_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_capture(tmp_path / "nothing.jsonl.gz")
