"""`voiceagent config show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_name_value_and_origin_tab_separated_in_a_pipe(voiceagent: Any, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    outcome = voiceagent("config", "show", project)
    assert outcome.code == 0
    assert "bridge.port\t9000\tPORT" in outcome.out.splitlines()


def test_as_json(voiceagent: Any, project: Path) -> None:
    settings = json.loads(voiceagent("config", "show", project, "--json").out)["settings"]
    assert {"name": "bridge.port", "value": 8080, "origin": "default"} in settings


def test_no_project_is_wrong_usage(voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("config", "show", tmp_path)
    assert outcome.code == 2
    assert "voiceagent init" in outcome.err


def test_a_name_that_is_nearly_a_setting_is_warned_of(project: Path, voiceagent: Any) -> None:
    (project / ".env").write_text("VOICEAGENT_BRIDGE_PROT=1\n")
    outcome = voiceagent("config", "show", project)
    assert outcome.code == 0
    assert outcome.err == "warning: VOICEAGENT_BRIDGE_PROT is no setting; did you mean VOICEAGENT_BRIDGE_PORT?\n"
