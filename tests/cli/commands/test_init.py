"""`voiceagent init`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


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


def test_without_a_folder_it_asks_for_one(voiceagent: Any) -> None:
    outcome = voiceagent("init")
    assert (outcome.code, outcome.out) == (2, "")
    assert "voiceagent init my-agent" in outcome.err


def test_options_say_what_is_chosen(voiceagent: Any, tmp_path: Path) -> None:
    words = ["--template", "intake", "--name", "clinic", "--phone-number", "+4930123456", "--without", "ci", "--json"]
    told = json.loads(voiceagent("init", tmp_path / "new", *words).out)
    assert told["template"] == "intake"
    assert {"AGENTS.md", ".devcontainer/devcontainer.json"} <= set(told["files"])
    assert ".github/workflows/conversations.yml" not in told["files"]
    settings = (tmp_path / "new" / "voiceagent.toml").read_text()
    assert 'name = "clinic"' in settings
    assert 'phone_number = "+4930123456"' in settings


def test_what_can_be_chosen_is_told_to_programs_and_nothing_is_written(voiceagent: Any, tmp_path: Path) -> None:
    told = json.loads(voiceagent("init", tmp_path / "new", "--list-options").out)
    assert [one["name"] for one in told["templates"]] == ["orders", "reception", "intake", "blank"]
    assert all(one["scenarios"] and one["first_words"] and one["description"] for one in told["templates"])
    assert [one["name"] for one in told["parts"]] == ["agents", "devcontainer", "ci"]
    from voiceagent_cli.group import load

    flags = {option for param in load("init").params for option in param.opts}
    assert {one["flag"] for one in told["options"]} <= flags
    assert not (tmp_path / "new").exists()


def test_somebody_at_a_terminal_is_asked(voiceagent: Any, tmp_path: Path, monkeypatch: Any) -> None:
    import io

    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("voiceagent_cli.terminal.Terminal.watched", property(lambda _: True))
    monkeypatch.setattr("sys.stdin", Keyboard("pizza\n4\nfrida\nGood day.\n\ny\nn\nn\n"))
    outcome = voiceagent("init", tmp_path / "new")
    assert outcome.code == 0
    assert "pizza is none of them." in outcome.err
    settings = (tmp_path / "new" / "voiceagent.toml").read_text()
    assert 'name = "frida"' in settings
    assert 'greeting = "Good day."' in settings
    assert (tmp_path / "new" / "AGENTS.md").exists()
    assert not (tmp_path / "new" / ".github").exists()
    assert "What time is it?" in outcome.err


@pytest.mark.call
@pytest.mark.timeout(120)
def test_an_emergency_at_the_clinic_is_put_through(voiceagent: Any, tmp_path: Path) -> None:
    voiceagent("init", tmp_path / "intake", "--template", "intake")
    outcome = voiceagent("test", tmp_path / "intake/scenarios/emergency.yaml")
    assert outcome.code == 0, outcome.out + outcome.err
