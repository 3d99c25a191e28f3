"""What is not as it was when a capture was made."""

from __future__ import annotations

import platform
from pathlib import Path

from voiceagent import __version__
from voiceagent.agent.init import write_project
from voiceagent.capture.records import Header, SessionRecord
from voiceagent.capture.shapes import field_values
from voiceagent.local.project import open_project, settings_of
from voiceagent.replay import changed


def header(hash_: str = "", **versions: str) -> Header:
    return Header("c", "2026-11-22T05:00:00Z", "redacted", versions, {"hash": hash_})


def test_versions_that_differ_are_named() -> None:
    assert changed.versions(header(voiceagent=__version__, python=platform.python_version())) == []
    assert changed.versions(header(voiceagent="0.0.1")) == [f"voiceagent: 0.0.1 → {__version__}"]


def test_a_capture_knows_the_project_it_lies_in(tmp_path: Path) -> None:
    write_project(tmp_path / "demo")
    assert changed.project_of(tmp_path / "demo" / "captures" / "c.jsonl.gz") == (tmp_path / "demo").resolve()
    assert changed.project_of(tmp_path / "c.jsonl.gz") is None


def test_settings_that_changed_since_are_named(tmp_path: Path) -> None:
    write_project(tmp_path)
    project = open_project(tmp_path, settings_of(tmp_path))
    record = SessionRecord(0.0, field_values(project.session_settings()))
    assert changed.project(header(project.hash), record, tmp_path) == []
    then = SessionRecord(0.0, {**record.settings, "barge_in": False})
    assert changed.project(header(project.hash), then, tmp_path) == ["barge_in: false → true"]


def test_files_the_session_does_not_see_are_told_by_their_hash(tmp_path: Path) -> None:
    write_project(tmp_path)
    project = open_project(tmp_path, settings_of(tmp_path))
    record = SessionRecord(0.0, field_values(project.session_settings()))
    assert len(changed.project(header("another"), record, tmp_path)) == 1
