"""One capture file being written."""

from __future__ import annotations

import errno
import gzip
import json
import logging
import os
from pathlib import Path

import pytest

from voiceagent.capture.one import OpenCapture
from voiceagent.capture.records import Header, record_line

HEADER = Header("c1", "2026-11-22T05:00:00.000Z", "redacted")


def kinds(path: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_a_capture_begins_with_its_header_and_ends_with_its_count(tmp_path: Path) -> None:
    capture = OpenCapture(tmp_path / "deep" / "a.gz", HEADER)
    capture.add(5, record_line(5, "note", type="x"))
    capture.write(sync=True)
    capture.add(7, record_line(7, "note", type="y"))
    capture.end("closed")
    lines = [json.loads(line) for line in gzip.decompress(capture.path.read_bytes()).splitlines()]
    assert [line["kind"] for line in lines] == ["header", "note", "note", "end"]
    assert lines[-1] == {"t": 7, "kind": "end", "reason": "closed", "records": 2}
    assert (capture.closed, capture.failure) == (True, None)


def test_an_early_end_says_why(tmp_path: Path) -> None:
    capture = OpenCapture(tmp_path / "a.gz", HEADER)
    capture.end("queue-full", "too slow")
    assert kinds(capture.path) == ["header", "mark", "end"]
    assert capture.failure == "too slow"


def test_after_its_end_everything_is_ignored(tmp_path: Path) -> None:
    capture = OpenCapture(tmp_path / "a.gz", HEADER)
    capture.end("closed")
    before = capture.path.read_bytes()
    capture.add(9, b"{}")
    capture.write(sync=True)
    capture.end("closed")
    assert capture.path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_a_failure_and_not_an_exception(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        capture = OpenCapture(tmp_path / "file" / "a.gz", HEADER)
    capture.add(1, b"{}")
    capture.end("closed")
    assert capture.failure is not None
    path = tmp_path / "file" / "a.gz"
    assert f"the capture of call c1 is not written: {path}: a file is where the folder should be; make it" in caplog.text


def test_a_full_disk_leaves_a_mark_and_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    capture = OpenCapture(tmp_path / "a.gz", HEADER)
    capture.add(1, record_line(1, "note", type="x"))
    capture.write(sync=True)
    write = os.write
    full = [True]

    def once_full(file: int, content: bytes) -> int:
        if full.pop() if full else False:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, content)

    monkeypatch.setattr(os, "write", once_full)
    capture.add(2, record_line(2, "note", type="y"))
    capture.write(sync=True)
    assert kinds(capture.path) == ["header", "note", "mark", "end"]
    assert "No space left" in str(capture.failure)
    assert "No space left" in caplog.text
    assert str(capture.complaint).endswith("; make room")
