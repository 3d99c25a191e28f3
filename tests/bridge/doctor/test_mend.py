"""What `--fix` may mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.agent.init import write_project
from voiceagent.doctor.mend import mend


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_project(tmp_path / "demo")
    return tmp_path / "demo"


def test_a_sound_project_is_left_alone(directory: Path) -> None:
    list(mend(directory, "captures"))
    assert list(mend(directory, "captures")) == []


def test_secrets_are_for_their_owner_alone(directory: Path) -> None:
    (directory / ".env").write_text("X=1")
    (directory / ".env").chmod(0o644)
    assert ".env is now for its owner alone" in list(mend(directory, "captures"))
    assert (directory / ".env").stat().st_mode & 0o777 == 0o600


def test_the_note_of_a_bridge_that_has_ended_goes(directory: Path) -> None:
    note = directory / ".voiceagent" / "serve.json"
    note.parent.mkdir(exist_ok=True)
    gone = {"pid": 2**22 + 1, "port": 1, "workbench_url": "", "emulator_url": "", "token": "t", "twilio_url": ""}
    note.write_text(json.dumps(gone))
    assert any("has ended" in one for one in mend(directory, "captures"))
    assert not note.exists()


def test_git_is_told_what_not_to_keep(directory: Path) -> None:
    (directory / ".gitignore").write_text("*.log\n")
    assert any(one.startswith("added to .gitignore") for one in mend(directory, "captures"))
    assert (directory / ".gitignore").read_text().splitlines()[:2] == ["*.log", ".env"]


def test_a_folder_that_is_no_project_is_not_touched(tmp_path: Path) -> None:
    assert list(mend(tmp_path, "captures")) == []
    assert list(tmp_path.iterdir()) == []


def test_what_may_not_be_mended_is_told_and_keeps_nothing_else_from_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / ".env").write_text("A=b")
    (directory / ".env").chmod(0o644)
    (directory / ".gitignore").write_bytes(b"\xff\xfe")

    def forbidden(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted", str(self))

    monkeypatch.setattr(Path, "chmod", forbidden)
    told: list[str] = []
    done = list(mend(directory, "captures", could_not=told.append))
    assert done == ["made the folder captures"]
    assert told == [f"{directory / '.env'}: Operation not permitted", ".gitignore is not UTF-8 text"]


def test_captures_are_looked_after_where_the_settings_put_them(directory: Path) -> None:
    assert set(mend(directory, "kept/calls")) == {"made the folder kept/calls", "added to .gitignore: kept/calls/"}
    assert (directory / "kept" / "calls").is_dir()
    assert not (directory / "captures").exists()


@pytest.mark.parametrize(
    ("captures", "told"),
    [(None, "captures/"), ("captures", "captures/"), ("kept", "captures/, kept/"), ("../other", "captures/")],
)
def test_git_keeps_no_captures_that_are_there_whatever_the_settings_say_now(
    directory: Path, captures: str | None, told: str
) -> None:
    (directory / "captures").mkdir(exist_ok=True)
    (directory / ".gitignore").write_text(".env\n.voiceagent/\n")
    assert f"added to .gitignore: {told}" in list(mend(directory, captures))


@pytest.mark.parametrize("captures", [None, "../elsewhere", "."])
def test_git_is_told_of_no_folder_outside_the_project_nor_of_all_of_it(directory: Path, captures: str | None) -> None:
    before = (directory / ".gitignore").read_bytes()
    list(mend(directory, captures))
    assert (directory / ".gitignore").read_bytes() == before
