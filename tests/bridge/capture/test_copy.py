"""Captures written once more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.capture.copy import copy_capture, write_capture
from voiceagent.capture.gz import head
from voiceagent.capture.read import CaptureReader, read_capture
from voiceagent.capture.records import Damage, Header, Mark, NoteRecord, Reaction, Record, Wire, line_of, record_line
from voiceagent.capture.redact import Redactor
from voiceagent.capture.seal import CaptureKey
from voiceagent.errors import UserError

HEADER = Header("c1", "2026-11-22T05:00:00.000Z", "full", {"voiceagent": "0"}, {"agent": "a"}, "e")
WORDS = {"item_id": "i", "text": "I am Ann", "start_ms": 1.0, "end_ms": 2.0}
KEY = CaptureKey(b"k" * 32)


def redactor() -> Redactor:
    return Redactor("redacted", key=b"key", secrets=["canary-123"])


def lines(*more: tuple[float, bytes]) -> list[tuple[float, bytes]]:
    return [
        (1.0, line_of(Wire(1.0, "media", "in", b'{ "transcript" : "Ann" }', 0))),
        (2.0, line_of(Wire(2.0, "engine", "in", b"\xff\x00", 2))),
        (3.0, record_line(3.0, "note", type="CallerTurnNoted", fields=WORDS)),
        (1500.0, line_of(Reaction(1500.0, {"type": "KeyPressed", "fields": {"key": "5"}}, ()))),
        (1600.0, line_of(Wire(1600.0, "engine", "in", None, 7))),
        *more,
    ]


def written(tmp_path: Path, *more: tuple[float, bytes], seal: CaptureKey | None = None) -> Path:
    path = tmp_path / "a.jsonl.gz"
    write_capture(path, HEADER, lines(*more), seal=seal)
    return path


def copied(path: Path, redactor: Redactor | None = None, *, seal: CaptureKey | None = None) -> tuple[Record, ...]:
    out = path.with_name("copy.jsonl.gz")
    copy_capture(CaptureReader(path, key=KEY), out, redactor=redactor, seal=seal)
    return read_capture(out, key=KEY).records


@pytest.mark.parametrize("seal", [None, KEY])
def test_a_plain_copy_is_the_same_call(tmp_path: Path, seal: CaptureKey | None) -> None:
    path = written(tmp_path)
    assert copied(path, seal=seal) == read_capture(path).records
    copy = read_capture(tmp_path / "copy.jsonl.gz", key=KEY)
    assert (copy.stopped, bool(copy.header.sealed), copy.header.policy) == (None, seal is not None, "full")


def test_an_encrypted_capture_becomes_a_plain_one(tmp_path: Path) -> None:
    path = written(tmp_path, seal=KEY)
    assert copied(path) == read_capture(path, key=KEY).records
    assert read_capture(tmp_path / "copy.jsonl.gz").header.sealed == {}


def test_a_redacted_copy_names_nobody(tmp_path: Path) -> None:
    wire, binary, note, reaction, size, _ = copied(written(tmp_path), redactor())
    assert isinstance(wire, Wire)
    assert json.loads(wire.frame or b"") == {"transcript": "xxx"}
    assert binary == Wire(2.0, "engine", "in", None, 2)
    assert note == NoteRecord(3.0, "CallerTurnNoted", {**WORDS, "text": "x xx xxx"})
    assert reaction == Reaction(1500.0, {"type": "KeyPressed", "fields": {"key": "0", "by": "media", "choice": ""}}, ())
    assert size == Wire(1600.0, "engine", "in", None, 7)
    assert read_capture(tmp_path / "copy.jsonl.gz").header.policy == "redacted"


def test_what_this_version_cannot_judge_is_left_out_of_a_redacted_copy(tmp_path: Path) -> None:
    strange = (2000.0, record_line(2000.0, "of the future", text="Ann"))
    note = (2000.0, record_line(2000.0, "note", type="FutureNoted", fields={"text": "Ann"}))
    event = (2000.0, record_line(2000.0, "note", type="TimePassed", fields={}))
    found = copied(written(tmp_path, strange, note, event), redactor())
    marks = [record for record in found if isinstance(record, Mark)]
    assert [mark.mark for mark in marks] == ["lost-record"] * 3
    assert "(of the future)" in marks[0].sentence
    assert "Ann" not in str(found)


def test_what_was_missing_is_marked_in_the_copy(tmp_path: Path) -> None:
    path = written(tmp_path, *((at_ms, record_line(at_ms, "note", type="x", fields={})) for at_ms in (2600.0, 3700.0)))
    content = bytearray(path.read_bytes())
    content[content.index(head(2)) + 40] ^= 0x40
    path.write_bytes(content)
    assert any(isinstance(record, Damage) for record in read_capture(path).records)
    [mark] = [record for record in copied(path) if isinstance(record, Mark)]
    assert mark.mark == "damaged"
    assert read_capture(tmp_path / "copy.jsonl.gz").state == "damaged"


def test_the_copy_of_a_cut_capture_is_cut(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    copied(path)
    copy = read_capture(tmp_path / "copy.jsonl.gz")
    assert copy.state == "cut"
    assert "the capture ended before its call" in str(copy.stopped)


def test_secrets_in_marks_are_hidden(tmp_path: Path) -> None:
    mark = (2000.0, line_of(Mark(2000.0, "lost-record", "canary-123")))
    assert "canary-123" not in str(copied(written(tmp_path, mark), redactor()))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(UserError, match="exists"):
        write_capture(path, HEADER, [])


def test_a_folder_that_cannot_be_written_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="could not be written"):
        write_capture(tmp_path / "file" / "a.jsonl.gz", HEADER, [])


def test_a_clock_that_stands_still_does_not_make_one_huge_block(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    write_capture(path, HEADER, ((0.0, record_line(0.0, "note", type="x", fields={})) for _ in range(4500)))
    assert path.read_bytes().count(head(3)) == 1
