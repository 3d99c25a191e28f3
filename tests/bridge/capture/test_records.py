"""Lines and values of format v2."""

from __future__ import annotations

import json

import pytest

from voiceagent.capture import records
from voiceagent.capture.records import End, Header, LaneStep, Mark, NoteRecord, Reaction, SessionRecord, Unknown, Wire


def test_the_header_says_version_and_origin() -> None:
    header = Header("c1", "2026-11-22T05:00:00.000Z", "redacted", {"voiceagent": "0.1.0"}, {"name": "orders"}, "embedded")
    line = records.header_line(header)
    assert line.startswith(b'{"v":2,"kind":"header",')
    assert records.parse_header(json.loads(line)) == header


@pytest.mark.parametrize("frame", [b'{"a":1}', b'{ "a" : [1, 2.50, "\\u00e9"] }', b"[]", b'{"frame":{"frame":1}}'])
def test_a_frame_comes_back_byte_for_byte(frame: bytes) -> None:
    line = records.wire_line(12.3456, "media", "in", frame)
    assert json.loads(line)["t"] == 12.346
    assert records.parse(line) == Wire(12.346, "media", "in", frame, len(frame))


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (records.odd_wire_line(1, "engine", "out", text="not JSON"), Wire(1, "engine", "out", b"not JSON", 8)),
        (records.odd_wire_line(1, "engine", "out", b64="AAE="), Wire(1, "engine", "out", b"\x00\x01", 2)),
        (records.odd_wire_line(1, "engine", "out", size=7), Wire(1, "engine", "out", None, 7)),
        (records.record_line(2, "session", settings={"a": 1}), SessionRecord(2, {"a": 1})),
        (records.record_line(2, "reaction", event=None, commands=[{"type": "x"}]), Reaction(2, None, ({"type": "x"},))),
        (
            records.record_line(2, "lane", do="arrived", reply="r", item="i", ms=20.0),
            LaneStep(2, "arrived", "r", "i", 20.0),
        ),
        (records.record_line(2, "note", type="KeyNoted", fields={"key": "5"}), NoteRecord(2, "KeyNoted", {"key": "5"})),
        (records.record_line(2, "mark", mark="queue-full", sentence="s"), Mark(2, "queue-full", "s")),
        (records.record_line(2, "end", reason="closed", records=9), End(2, "closed", 9)),
        (records.record_line(2, "of the future", a=1), Unknown(2, {"t": 2, "kind": "of the future", "a": 1})),
    ],
)
def test_every_kind_comes_back(line: bytes, record: records.Record) -> None:
    assert records.parse(line) == record
    assert records.parse(records.line_of(record)) == record


def test_a_damaged_place_becomes_a_mark() -> None:
    line = records.line_of(records.Damage(5.0, 99, "its checksum is wrong"))
    assert records.parse(line) == Mark(5.0, "damaged", "at byte 99: its checksum is wrong")
    assert records.parse(records.line_of(records.Damage(5.0, 99, "x", cut=True))) == Mark(5.0, "cut", "at byte 99: x")


def test_the_header_of_an_encrypted_capture_names_its_key() -> None:
    header = Header("c1", "x", "full", sealed={"alg": "A256GCM", "key": "abc"})
    assert records.parse_header(json.loads(records.header_line(header))) == header
    assert b"sealed" not in records.header_line(Header("c1", "x", "full"))


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"t":"x","kind":"note"}'])
def test_what_is_no_record_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        records.parse(line)


HOSTILE = [
    b'{"t":1e400,"kind":"note"}',
    b'{"t":1,"kind":"end","records":1e400}',
    b'{"t":%b,"kind":"x"}' % (b"1" * 500),
    b"[" * 99_999,
]


@pytest.mark.parametrize("line", HOSTILE)
def test_a_hostile_line_is_damage_and_breaks_no_reader(line: bytes) -> None:
    assert isinstance(records.parsed(line), records.Damage)


def test_a_header_whose_members_are_something_else_has_none() -> None:
    header = records.parse_header({"call_id": "c", "versions": 5, "project": ["x"], "sealed": "y"})
    assert (header.versions, header.project, header.sealed) == ({}, {}, {})


def test_many_lines_are_at_hand_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_PIECE", 4)
    content = b"a\nbb\n\ncccccccc\nd"
    assert list(records.pieces(content)) == [b"a\nbb\n", b"\ncccccccc\n", b"d"]
    assert list(records.lines(content)) == [b"a", b"bb", b"", b"cccccccc", b"d"]
    assert list(records.lines(b"")) == []
