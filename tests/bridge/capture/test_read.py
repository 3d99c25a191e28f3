"""Captures as they are found: whole, cut, damaged, of another time."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import pytest

from voiceagent.capture.gz import ASIDE, GzipLog, head
from voiceagent.capture.one import OpenCapture
from voiceagent.capture.read import CaptureReader, read_capture
from voiceagent.capture.records import Damage, End, Header, NoteRecord, Record, Wire, header_line, record_line, wire_line
from voiceagent.capture.seal import CaptureKey
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


def written(tmp_path: Path, *, key: CaptureKey | None = None) -> Path:
    """As a call writes it: three blocks of two notes between the header and the end."""
    capture = OpenCapture(tmp_path / "w.jsonl.gz", Header("c1", "2026-11-22T05:00:00.000Z", "redacted"), seal=key)
    for number in range(6):
        capture.add(number, record_line(number, "note", type="PhaseNoted", fields={"phase": str(number)}))
        if number % 2:
            capture.write(sync=True)
    capture.end("closed")
    return capture.path


def phases(records: Iterable[Record]) -> list[str]:
    return [record.fields["phase"] for record in records if isinstance(record, NoteRecord)]


@pytest.mark.parametrize("packed_again", [True, False])
def test_a_capture_cut_at_any_byte_tells_what_it_holds(tmp_path: Path, packed_again: bool) -> None:
    content = written(tmp_path).read_bytes()
    if packed_again:
        content = gzip.compress(gzip.decompress(content), compresslevel=1)
    path = tmp_path / "c.jsonl.gz"
    opened = 0
    for length in range(len(content)):
        path.write_bytes(content[:length])
        try:
            capture = read_capture(path)
        except UserError:
            assert not opened
            continue
        opened += 1
        found = phases(capture.records)
        assert found == [str(number) for number in range(len(found))]
        if any(isinstance(record, End) for record in capture.records):
            assert "not verified" in str(capture.stopped) or "not verified" in str(capture.records)
        else:
            assert "its writer was stopped" in str(capture.stopped)
        assert capture.state == "cut"
    assert opened > 30


def test_after_damage_reading_goes_on_with_the_next_block(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path).read_bytes())
    where = content.index(head(2))
    content[where + 30] ^= 0x10
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(content)
    capture = read_capture(path)
    assert phases(capture.records) == ["0", "1", "4", "5"]
    [damage] = [record for record in capture.records if isinstance(record, Damage)]
    assert capture.records.index(damage) == 2
    assert (damage.offset, damage.at_ms, damage.cut) == (where, 1, False)
    assert capture.state == "damaged"
    assert f"byte {where}, after record 2: its " in str(capture.stopped)
    assert "its end counts 6 records, and 4 are here" in str(capture.stopped)


def test_a_missing_block_is_told(tmp_path: Path) -> None:
    content = written(tmp_path).read_bytes()
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(content[: content.index(head(2))] + content[content.index(head(3)) :])
    capture = read_capture(path)
    assert phases(capture.records) == ["0", "1", "4", "5"]
    assert "here should be block 2, and it is block 3" in str(capture.stopped)


LOUD = b'{"kind":"AudioData","audioData":{"data":"%b"}}' % (b"A" * 400)


def spoken(tmp_path: Path, *, seal: CaptureKey | None = None) -> Path:
    """Three blocks with a frame and a note each."""
    capture = OpenCapture(tmp_path / "s.jsonl.gz", Header("c1", "2026-11-22T05:00:00.000Z", "redacted"), seal=seal)
    for number in range(3):
        capture.add(number, wire_line(number, "media", "in", LOUD))
        capture.add(number, record_line(number, "note", type="PhaseNoted", fields={"phase": str(number)}))
        capture.write(sync=True)
    capture.end("closed")
    return capture.path


def frames(found: Iterable[Record]) -> list[bytes | None]:
    return [record.frame for record in found if isinstance(record, Wire)]


@pytest.mark.parametrize("form", ["ours", "plain", "packed"])
def test_audio_is_where_it_was_said_in_every_form_of_a_file(tmp_path: Path, form: str) -> None:
    path = spoken(tmp_path)
    if form != "ours":
        path = write(tmp_path, gzip.decompress(path.read_bytes()), packed=form == "packed")
    capture = read_capture(path)
    assert (capture.stopped, frames(capture.records)) == (None, [LOUD] * 3)
    assert [type(record) for record in capture.records] == [Wire, NoteRecord] * 3 + [End]
    in_a_hurry = CaptureReader(path, audio=False)
    assert len(list(in_a_hurry)) == 7
    assert in_a_hurry.stopped is None


def test_encrypted_audio_stays_with_its_block(tmp_path: Path) -> None:
    path = spoken(tmp_path, seal=KEY)
    assert b"frames" not in gzip.decompress(path.read_bytes())
    assert frames(read_capture(path, key=KEY).records) == [LOUD] * 3


@pytest.mark.parametrize("audio", [True, False])
def test_damaged_audio_costs_its_frames_and_no_record(tmp_path: Path, audio: bool) -> None:
    path = spoken(tmp_path)
    content = bytearray(path.read_bytes())
    where = content.index(ASIDE, content.index(ASIDE) + 1)
    content[where + 40] ^= 0x10
    path.write_bytes(content)
    reader = CaptureReader(path, audio=audio)
    found = list(reader)
    assert frames(found) == ([LOUD, None, LOUD] if audio else [None] * 3)
    assert reader.state == "damaged"
    assert f"byte {where}, after record 2" in str(reader.stopped)
    assert "its end counts" not in str(reader.stopped)


def test_audio_is_never_taken_from_another_block(tmp_path: Path) -> None:
    path = spoken(tmp_path)
    content = path.read_bytes()
    own, lines = content.index(ASIDE, content.index(ASIDE) + 1), content.index(head(4))
    path.write_bytes(content[:own] + content[lines:])
    capture = read_capture(path)
    assert frames(capture.records) == [LOUD, None, LOUD]
    assert "here should be block 3, and it is block 4" in str(capture.stopped)


def test_what_lies_aside_and_is_no_audio_is_not_read_by_some_and_missed_by_others(tmp_path: Path) -> None:
    log = GzipLog(tmp_path / "d.jsonl.gz")
    log.write(LINES[0] + b"\n")
    log.sync()
    log.write(LINES[2] + b"\n", aside=LINES[1] + b"\n")
    log.finish()
    capture = read_capture(tmp_path / "d.jsonl.gz")
    assert [type(record) for record in capture.records] == [Damage, End]
    assert "what lies aside is no audio" in str(capture.stopped)


def test_of_many_damaged_places_the_first_and_their_number_are_told(tmp_path: Path) -> None:
    capture = read_capture(write(tmp_path, whole([LINES[0], *[b"x"] * 40, *LINES[1:]])))
    assert "byte 0, after record 0: a line that is no record (and in 39 more places)" in str(capture.stopped)


def test_a_damaged_header_is_a_sentence(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path).read_bytes())
    content[40] ^= 0xFF
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is damaged at byte 0, where its header is"):
        read_capture(path)


def test_a_line_that_is_no_record_is_told_and_reading_goes_on(tmp_path: Path) -> None:
    capture = read_capture(write(tmp_path, whole([LINES[0], b"{broken", *LINES[1:]])))
    assert [type(record) for record in capture.records] == [Damage, NoteRecord, End]
    assert "a line that is no record" in str(capture.stopped)


def test_a_mark_in_the_middle_is_told(tmp_path: Path) -> None:
    lines = [
        LINES[0],
        record_line(1, "mark", mark="lost-record", sentence="x"),
        record_line(2, "end", reason="closed", records=1),
    ]
    capture = read_capture(write(tmp_path, whole(lines)))
    assert (capture.stopped, capture.state) == ("record 1 is a mark, lost-record: x", "damaged")


def test_records_that_the_end_counts_and_that_are_not_here_are_told(tmp_path: Path) -> None:
    capture = read_capture(write(tmp_path, whole([LINES[0], LINES[2]])))
    assert (capture.stopped, capture.state) == ("its end counts 1 records, and 0 are here", "damaged")


KEY, OTHER = CaptureKey(b"k" * 32), CaptureKey(b"o" * 32)


def test_an_encrypted_capture_is_read_like_any_other(tmp_path: Path) -> None:
    path = written(tmp_path, key=KEY)
    assert b"PhaseNoted" not in gzip.decompress(path.read_bytes())
    capture = read_capture(path, key=KEY)
    assert (phases(capture.records), capture.stopped) == (["0", "1", "2", "3", "4", "5"], None)
    assert dict(capture.header.sealed) == {"alg": "A256GCM", "key": KEY.id}
    again = tmp_path / "again.jsonl.gz"
    again.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())))
    assert read_capture(again, key=KEY).stopped is None


@pytest.mark.parametrize(
    ("key", "why"), [(None, "there is no key in the settings"), (OTHER, f"the key in the settings is {OTHER.id}")]
)
def test_without_its_key_an_encrypted_capture_is_a_user_error(tmp_path: Path, key: CaptureKey | None, why: str) -> None:
    path = written(tmp_path, key=KEY)
    with pytest.raises(UserError, match=f"encrypted with key {KEY.id}, and {why}") as caught:
        read_capture(path, key=key)
    assert "VOICEAGENT_CAPTURE_KEY" in caught.value.remedy
    assert CaptureReader(path, sealed_too=True).header.call_id == "c1"


def test_encrypted_blocks_cannot_be_exchanged(tmp_path: Path) -> None:
    content = written(tmp_path, key=KEY).read_bytes()
    ends = [content.index(head(number)) for number in (1, 2, 3)]
    one, two = content[ends[0] + 20 : ends[1]], content[ends[1] + 20 : ends[2]]
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(content[: ends[0]] + head(1) + two + head(2) + one + content[ends[2] :])
    capture = read_capture(path, key=KEY)
    assert phases(capture.records) == ["4", "5"]
    assert "block 1 cannot be decrypted: it was changed or moved" in str(capture.stopped)


def test_an_early_end_is_told(tmp_path: Path) -> None:
    lines = [
        LINES[0],
        record_line(1, "mark", mark="disk-full", sentence="x"),
        record_line(1, "end", reason="disk-full", records=1),
    ]
    assert read_capture(write(tmp_path, whole(lines))).stopped == "the capture ended before its call, after record 1: disk-full"


@pytest.mark.parametrize("content", [b"", b"hello\n", b"[]\n", b'{"kind":"note"}\n', b'{"v":"1","kind":"header"}\n'])
def test_what_is_no_capture_is_a_user_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError, match="is not a capture"):
        read_capture(write(tmp_path, content))


def test_a_capture_from_the_future_asks_for_an_update(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="of version 3; this voiceagent reads versions up to 2") as caught:
        CaptureReader(write(tmp_path, b'{"v":3,"kind":"header"}\n'))
    assert caught.value.remedy == "please update voiceagent"


def test_a_missing_file_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_capture(tmp_path / "nothing.jsonl.gz")
