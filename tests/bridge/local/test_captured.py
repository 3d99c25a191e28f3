"""The captures of a project."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent.local.captured import readable, report_of, shelf_of

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    (tmp_path / "voiceagent.toml").write_text('[capture]\ndirectory = "recorded"\n')
    (tmp_path / "recorded").mkdir()
    for name in ("v1-full", "v1-sealed"):
        shutil.copy(root / "tests" / "data" / "captures" / f"{name}.jsonl.gz", tmp_path / "recorded")
    return tmp_path


def test_they_are_where_the_settings_say(project: Path) -> None:
    shelf = shelf_of(project)
    assert shelf.folder == project / "recorded"
    assert shelf.named(shelf.find("v1-full.jsonl.gz")) == "recorded/v1-full.jsonl.gz"
    assert {one.state for one in shelf.survey()} == {"whole", "locked"}
    assert len(shelf.survey(1)) == 1


def test_a_folder_without_a_project_is_one_of_captures(project: Path) -> None:
    shelf = shelf_of(project / "recorded")
    assert (shelf.folder, shelf.root) == (project / "recorded", project / "recorded")
    assert shelf.named(Path("/elsewhere/x.gz")) == "/elsewhere/x.gz"


def test_what_is_neither_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        shelf_of(tmp_path / "nothing")


def test_an_encrypted_one_opens_with_the_key_of_the_settings(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="there is no key in the settings"):
        shelf_of(project).open("v1-sealed.jsonl.gz")
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", KEY)
    reader = shelf_of(project).open("v1-sealed.jsonl.gz")
    assert len(list(reader)) > 500
    assert {one.state for one in shelf_of(project).survey()} == {"whole"}


def test_new_ones_are_encrypted_when_the_settings_say_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shelf_of(project).writing_key() is None
    monkeypatch.setenv("VOICEAGENT_CAPTURE_ENCRYPTION", "aes-gcm")
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", KEY)
    assert shelf_of(project).writing_key() is not None


def test_pseudonyms_are_the_projects(project: Path) -> None:
    assert shelf_of(project).pseudonym_key() == shelf_of(project).pseudonym_key()
    assert (project / ".voiceagent" / "pseudonyms.key").is_file()


def test_a_report_is_folded_from_the_notes(project: Path) -> None:
    reader = shelf_of(project).open("v1-full.jsonl.gz")
    report = report_of(reader.header, reader, capture="x")
    assert (report["call_id"], report["outcome"], report["capture"]) == ("e8e3ea6da5beb9d7", "completed", "x")
    assert len(report["barge_ins"]) == 1


def test_a_file_in_place_of_the_captures_is_told_and_not_taken_for_none_yet(tmp_path: Path) -> None:
    readable(tmp_path / "not there yet")
    (tmp_path / "captures").write_text("in the way")
    with pytest.raises(UserError, match="captures: it is no folder"):
        readable(tmp_path / "captures")
