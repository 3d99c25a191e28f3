"""Reports on disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, CallerTurnNoted, ToolNoted
from voiceagent.capture.seal import CaptureKey, Envelope
from voiceagent.discreet import PhoneNumber, Words
from voiceagent.errors import UserError
from voiceagent.observe.fold import CallFold
from voiceagent.observe.store import ReportStore, list_reports, read_report


def call(call_id: str, started_at: float = 0.0) -> CallFold:
    fold = CallFold(call_id)
    fold.note(
        0, CallBeganNoted("orders", "embedded", f"corr-{call_id}", PhoneNumber("+14255550123"), PhoneNumber(""), started_at)
    )
    fold.note(1, CallerTurnNoted("u", Words("I am Ann, 4271"), 0, 1))
    fold.note(2, ToolNoted("look", Words('{"id":"4271","n":3}'), Words('["Ann"]'), "ok", 1))
    fold.note(9, CallEndedNoted("completed", "x", 0, 0, 0))
    return fold


def test_a_report_comes_back_whole_under_the_policy_full(tmp_path: Path) -> None:
    path = ReportStore(tmp_path / "captures", policy="full").write(call("c1"))
    assert path == tmp_path / "captures" / "c1.report.json"
    assert read_report(tmp_path / "captures", "c1") == call("c1").report()
    assert [file.name for file in path.parent.iterdir()] == ["c1.report.json"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_redacted_report_keeps_its_shape_and_none_of_the_words(tmp_path: Path) -> None:
    store = ReportStore(tmp_path)
    store.write(call("c1"))
    report = store.read("c1")
    assert report["turns"][0]["text"] == "x xx xxx, 0000"
    assert (report["tools"][0]["arguments"], report["tools"][0]["result"]) == ({"id": "0000", "n": 0}, ["xxx"])
    assert "Ann" not in json.dumps(report)


def test_arguments_nested_beyond_reason_are_hidden_as_words(tmp_path: Path) -> None:
    fold = CallFold("c1")
    fold.note(0, ToolNoted("look", Words("[" * 700 + '"Ann"' + "]" * 700), Words(""), "ok", 1))
    ReportStore(tmp_path, policy="redacted").write(fold)
    assert read_report(tmp_path, "c1")["tools"][0]["arguments"] == "[" * 700 + '"xxx"' + "]" * 700


SEAL = Envelope(CaptureKey(b"k" * 32))
OTHER = Envelope(CaptureKey(b"o" * 32))


def test_beside_encrypted_captures_reports_are_encrypted_as_well(tmp_path: Path) -> None:
    path = ReportStore(tmp_path, policy="full", seal=lambda: SEAL).write(call("c1"))
    assert path is not None
    for personal in ("Ann", "4271", "0123", "look", "corr-c1"):
        assert personal not in path.read_text(encoding="utf-8")
    assert read_report(tmp_path, "c1", seal=lambda: SEAL) == call("c1").report()
    assert list_reports(tmp_path, seal=lambda: SEAL) == [call("c1").row()]


@pytest.mark.parametrize(
    ("seal", "why"), [(None, "there is no key in the settings"), (OTHER, "the key in the settings is 2c99e52d9b48")]
)
def test_without_its_key_a_call_is_listed_without_people_and_not_shown(tmp_path: Path, seal: Envelope | None, why: str) -> None:
    ReportStore(tmp_path, policy="full", seal=lambda: SEAL).write(call("c1", 5.0))
    (row,) = list_reports(tmp_path, seal=lambda: seal)
    assert (row["call_id"], row["outcome"], row["agent"], row["from"]) == ("c1", "completed", "orders", "")
    for name in ("c1", "last"):
        with pytest.raises(UserError, match=f"the report of call c1 is encrypted with key .*, and {why}"):
            read_report(tmp_path, name, seal=lambda: seal)


def test_a_report_put_in_the_place_of_another_is_not_believed(tmp_path: Path) -> None:
    store = ReportStore(tmp_path, seal=lambda: SEAL)
    paths = [store.write(call(call_id)) for call_id in ("c1", "c2")]
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path is not None]
    (tmp_path / "c1.report.json").write_text(json.dumps(contents[0] | {"sealed": contents[1]["sealed"]}), encoding="utf-8")
    with pytest.raises(UserError, match="another call"):
        store.read("c1")


def test_off_writes_nothing(tmp_path: Path) -> None:
    assert ReportStore(tmp_path, policy="off").write(call("c1")) is None
    assert list(tmp_path.iterdir()) == []


def test_rows_come_latest_first_and_damaged_files_are_passed_over(tmp_path: Path) -> None:
    store = ReportStore(tmp_path)
    for call_id, started_at in (("a", 5.0), ("b", 9.0), ("c", 1.0)):
        store.write(call(call_id, started_at))
    for name, text in (
        ("d", "{"),
        ("e", "[]"),
        ("f", '{"report": {}, "row": {}}'),
        ("g", "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")),
    ):
        (tmp_path / f"{name}.report.json").write_text(text)
    assert [row["call_id"] for row in list_reports(tmp_path)] == ["b", "a", "c"]


@pytest.mark.parametrize("wanted", ["abc-1", "abc", "corr-abc-1", "last"])
def test_a_report_is_found_by_id_beginning_correlation_or_last(tmp_path: Path, wanted: str) -> None:
    store = ReportStore(tmp_path)
    store.write(call("xyz", 1.0))
    store.write(call("abc-1", 2.0))
    assert store.read(wanted)["call_id"] == "abc-1"


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("no", "there is no report of call 'no'"),
        ("a", "several reports begin with call 'a'"),
        ("", "there is no report"),
        ("../a", "there is no report"),
    ],
)
def test_an_unclear_id_is_a_user_error(tmp_path: Path, wanted: str, sentence: str) -> None:
    store = ReportStore(tmp_path)
    store.write(call("a1"))
    store.write(call("a2"))
    with pytest.raises(UserError, match=sentence):
        store.read(wanted)


def test_last_of_nothing_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no report"):
        read_report(tmp_path, "last")


def test_an_id_from_outside_cannot_leave_the_folder(tmp_path: Path) -> None:
    path = ReportStore(tmp_path / "captures").write(call("../../evil"))
    assert path == tmp_path / "captures" / "______evil.report.json"


def test_old_reports_and_captures_are_pruned_and_nothing_else(tmp_path: Path) -> None:
    for name, age_days in (("a.report.json", 31), ("a.jsonl.gz", 31), ("b.report.json", 29), ("notes.txt", 99)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (0, 1e9 - age_days * 86_400))
    assert ReportStore(tmp_path).prune(older_than_days=30, now=1e9) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.report.json", "notes.txt"]


def test_a_report_that_could_not_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        ReportStore(tmp_path, policy="full").write(call("c1"))
    assert list(tmp_path.iterdir()) == []
