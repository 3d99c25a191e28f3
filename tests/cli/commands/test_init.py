"""`voiceagent init`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_it_writes_a_project_and_tells_the_next_command(voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("init", tmp_path / "demo")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Wrote {tmp_path / 'demo'}: ")
    assert f"voiceagent call {tmp_path / 'demo'}" in outcome.err
    assert (tmp_path / "demo" / "voiceagent.toml").exists()


def test_as_json(voiceagent: Any, tmp_path: Path) -> None:
    told = json.loads(voiceagent("init", tmp_path / "demo", "--json").out)
    assert told["directory"] == str(tmp_path / "demo")
    assert "tools.py" in told["files"]


def test_it_never_writes_over_a_project(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("init", project)
    assert (outcome.code, outcome.out) == (2, "")
    assert "nothing was written" in outcome.err


def test_another_template_begins_with_other_words(voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("init", tmp_path / "front", "--template", "reception")
    assert 'mode = "consult"' in (tmp_path / "front" / "voiceagent.toml").read_text()
    assert "I want to buy chairs." in outcome.err
