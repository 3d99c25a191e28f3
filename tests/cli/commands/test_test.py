"""`voiceagent test`: whole conversations through a bridge and emulators of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voiceagent_cli", "test", str(project), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)


def test_a_mistake_in_a_file_is_told_before_anything_starts(voiceagent: Any, project: Path) -> None:
    (project / "scenarios" / "wrong.yaml").write_text("steps:\n  - sai: hi\n")
    outcome = voiceagent("test", project)
    assert (outcome.code, outcome.out) == (2, "")
    assert "wrong.yaml:2: A step has one of" in outcome.err


@pytest.mark.parametrize("words", [["nothing"], ["-k", "nonsense"]])
def test_nothing_to_run_is_wrong_usage(
    voiceagent: Any, project: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    outcome = voiceagent("test", *words)
    assert (outcome.code, outcome.out) == (2, "")


def test_a_folder_without_scenarios_is_wrong_usage(voiceagent: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = voiceagent("test")
    assert (outcome.code, "There are no scenarios in" in outcome.err) == (2, True)


@pytest.mark.call
@pytest.mark.timeout(180)
def test_the_template_passes_and_leaves_its_reports(project: Path, tmp_path: Path) -> None:
    done = run(project, "--jobs", "2", "--json", "--junit", str(tmp_path / "r.xml"), "--html", str(tmp_path / "r.html"))
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["passed"], told["failed"]) == (4, 0)
    assert all(one["call"]["outcome"] in ("completed", "transferred") for one in told["scenarios"])
    assert Xml.parse(tmp_path / "r.xml").getroot().attrib["tests"] == "4"
    assert (tmp_path / "r.html").read_text().count("<audio") == 4


@pytest.mark.call
@pytest.mark.timeout(180)
def test_what_was_heard_instead_is_told_and_settings_are_overridden(project: Path) -> None:
    (project / "scenarios" / "odd.yaml").write_text(
        "name: odd\nsettings: { agent: { greeting: Good evening. } }\nsteps: [silence: 300]\n"
        "expect:\n  - agent_says: good morning\n  - agent_says: good evening\n"
    )
    done = run(project, "-k", "odd")
    assert done.returncode == 1, done.stderr
    assert "expected  the agent says “good morning”" in done.stdout
    assert "heard     “Good evening.”" in done.stdout
    assert done.stdout.count("expected") == 1
