"""Opening a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent.local.project import open_project, settings_of


def test_the_environment_of_the_process_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")
    assert settings_of(project).settings.bridge.port == 9001


def test_what_the_emulators_ask_for_wins_over_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_VOICELIVE_ENDPOINT", "https://real")
    emulated = {"AZURE_VOICELIVE_ENDPOINT": "http://127.0.0.1:1"}
    assert settings_of(project, emulated=emulated).settings.engine.endpoint == "http://127.0.0.1:1"


def test_options_win_over_everything(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")
    assert settings_of(project, flags={"bridge.port": 0}).settings.bridge.port == 0


def test_a_project_has_its_tools(project: Path) -> None:
    opened = open_project(project, settings_of(project))
    assert [spec.name for spec in opened.toolset.specs()]


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"voiceagent\.toml"):
        settings_of(tmp_path)
