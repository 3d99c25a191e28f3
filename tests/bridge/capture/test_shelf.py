"""The captures of a folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from voiceagent.capture.copy import write_capture
from voiceagent.capture.gz import head
from voiceagent.capture.records import Header, NoteRecord, line_of
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.shelf import captures_in, find, prune, survey
from voiceagent.errors import UserError

KEY = CaptureKey(b"k" * 32)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
ENDED = NoteRecord(1234.5, "CallEndedNoted", {"outcome": "completed", "reason": "caller_left"})


def put(folder: Path, call_id: str, stamp: str = "20261122T050000Z", *, seal: CaptureKey | None = None) -> Path:
    path = folder / f"{stamp}-{call_id}.jsonl.gz"
    write_capture(path, Header(call_id, "2026-11-22T05:00:00.000Z", "full"), [(1234.5, line_of(ENDED))], seal=seal)
    (folder / f"{call_id}.report.json").write_text("{}")
    return path


def test_the_latest_comes_first(tmp_path: Path) -> None:
    paths = [
        put(tmp_path, "a", "20261120T050000Z"),
        put(tmp_path, "b", "20261122T050000Z"),
        put(tmp_path, "c", "20261121T050000Z"),
    ]
    assert captures_in(tmp_path) == [paths[1], paths[2], paths[0]]
    assert captures_in(tmp_path / "nothing") == []


def test_a_whole_capture_tells_how_its_call_went(tmp_path: Path) -> None:
    one = survey(put(tmp_path, "a"))
    assert (one.state, one.outcome, one.duration_ms, one.stopped) == ("whole", "completed", 1234.5, None)
    assert one.header is not None
    assert one.header.call_id == "a"


def test_an_encrypted_one_is_locked_without_its_key(tmp_path: Path) -> None:
    path = put(tmp_path, "a", seal=KEY)
    locked = survey(path)
    assert (locked.state, locked.duration_ms, locked.outcome) == ("locked", None, None)
    assert survey(path, CaptureKey(b"o" * 32)).state == "locked"
    assert (survey(path, KEY).state, survey(path, KEY).outcome) == ("whole", "completed")
    content = bytearray(path.read_bytes())
    content[content.index(head(1)) + 60] ^= 0x41
    path.write_bytes(content)
    assert survey(path).state == "damaged"


def test_cut_and_damaged_ones_say_so(tmp_path: Path) -> None:
    path = put(tmp_path, "a")
    content = path.read_bytes()
    path.write_bytes(content[:-4])
    assert survey(path).state == "cut"
    path.write_bytes(b"\x00" + content[1:5] + b"\x99" * 30 + content[40:])
    assert survey(path).state == "damaged"
    path.write_bytes(b"hello\n")
    assert (survey(path).state, survey(path).header) == ("damaged", None)
    assert "is not a capture" in str(survey(path).stopped)


@pytest.mark.parametrize("name", ["abc1", "abc", "20261122T05", "last", "20261122T050000Z-abc1.jsonl.gz"])
def test_a_capture_has_many_names(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, "abc1")
    put(tmp_path, "xyz", "20261121T050000Z")
    assert find(tmp_path, name) == path
    assert find(tmp_path, str(path)) == path


def test_an_exact_id_is_meant_even_when_others_begin_with_it(tmp_path: Path) -> None:
    path = put(tmp_path, "abc")
    put(tmp_path, "abcd")
    assert find(tmp_path, "abc") == path
    with pytest.raises(UserError, match="'ab' means several captures"):
        find(tmp_path, "ab")


def test_a_renamed_file_is_known_by_its_header(tmp_path: Path) -> None:
    path = put(tmp_path, "abc").rename(tmp_path / "interesting.jsonl.gz")
    (tmp_path / "broken.jsonl.gz").write_bytes(b"?")
    assert find(tmp_path, "abc") == find(tmp_path, "interesting") == path


@pytest.mark.parametrize("name", ["", "last", "zzz", "./zzz.jsonl.gz"])
def test_a_name_that_means_none_is_a_user_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="there is no capture") as caught:
        find(tmp_path, name)
    assert "captures list" in caught.value.remedy


def names(folder: Path) -> set[str]:
    return {path.name.split(".")[0].rpartition("-")[2] for path in folder.iterdir()}


def test_the_old_ones_go_with_their_reports(tmp_path: Path) -> None:
    put(tmp_path, "old", "20261001T050000Z")
    put(tmp_path, "new", "20261121T050000Z")
    gone = prune(tmp_path, now=NOW, older_than_days=30)
    assert [path.name for path in gone.paths] == ["20261001T050000Z-old.jsonl.gz", "old.report.json"]
    assert (gone.kept, names(tmp_path)) == (1, {"new"})
    assert gone.bytes > 100


def test_the_latest_stay_whatever_their_age(tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path, f"c{number}", f"2026010{number + 1}T050000Z")
    assert prune(tmp_path, now=NOW, older_than_days=1, keep=3).kept == 3
    assert names(tmp_path) == {"c1", "c2", "c3"}
    prune(tmp_path, now=NOW, keep=1)
    assert names(tmp_path) == {"c3"}


def test_a_dry_run_only_tells(tmp_path: Path) -> None:
    put(tmp_path, "a")
    assert len(prune(tmp_path, now=NOW, keep=0, dry_run=True).paths) == 2
    assert names(tmp_path) == {"a"}


def test_reports_without_a_capture_go_by_age(tmp_path: Path) -> None:
    (tmp_path / "alone.report.json").write_text("{}")
    assert prune(tmp_path, now=NOW, keep=0).paths == ()
    later = (tmp_path / "alone.report.json").stat().st_mtime + 3 * 86_400
    assert len(prune(tmp_path, now=later, older_than_days=2).paths) == 1


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "strange-name.jsonl.gz").write_text("?")
    prune(tmp_path, now=0.0, older_than_days=1)
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "strange-name.jsonl.gz"}
