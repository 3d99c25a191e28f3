"""`voiceagent say`: a call in the background, driven in writing and by voice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "voiceagent_cli"]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *(str(word) for word in words)], capture_output=True, text=True, check=False, timeout=120)


def test_without_a_call_it_is_told_how_to_begin_one(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("say", "Hello", project)
    assert (outcome.code, outcome.out) == (2, "")
    assert "talk --detach" in outcome.err


@pytest.mark.engine
@pytest.mark.timeout(120)
def test_a_call_in_writing_is_started_driven_and_stopped(project: Path) -> None:
    started = run("talk", project, "--detach", "--text", "--json")
    assert started.returncode == 0, started.stderr
    assert {"ready", "call_id", "kind", "pid", "port", "agent", "engine"} <= set(json.loads(started.stdout))
    said = run("say", "What is the status of order 4271?", project)
    assert (said.returncode, "is on its way" in said.stdout) == (0, True), said.stderr
    report = json.loads(run("stop", project, "--json").stdout)
    assert (report["outcome"], [tool["name"] for tool in report["tools"]]) == ("completed", ["lookup_order"])
    assert run("say", "Hello", project).returncode == 2


@pytest.mark.call
@pytest.mark.engine
@pytest.mark.timeout(180)
def test_in_a_call_with_sound_it_is_spoken_and_heard(project: Path) -> None:
    started = run("talk", project, "--detach", "--no-sound")
    assert started.returncode == 0, started.stderr
    said = run("say", "Where is my order four two seven one?", project, "--json")
    notes = json.loads(said.stdout)["notes"]
    assert [note["name"] for note in notes if note["note"] == "ToolNoted"] == ["lookup_order"], said.stdout
    over = run("say", "Goodbye.", project, "--json")
    assert json.loads(over.stdout)["over"], over.stdout
