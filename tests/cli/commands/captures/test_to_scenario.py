"""`voiceagent captures to-scenario`: a captured call becomes a file that `voiceagent test` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.call.commands import CallEndedNoted, KeyNoted
from voiceagent.capture.write import CaptureWriter
from voiceagent.discreet import Words
from voiceagent.scenarios.load import load


@pytest.fixture
def captured(project: Path) -> Path:
    """A project with a captured call in which a key was pressed."""
    with CaptureWriter(project / "captures", policy="full") as captures:
        captures.note("c1", 900, KeyNoted(Words("7")))
        captures.note("c1", 2_000, CallEndedNoted("completed", "caller_left", 1, 1, 0))
    return project


def test_the_scenario_is_written_and_what_to_do_next_is_told(voiceagent: Any, captured: Path) -> None:
    target = captured / "scenarios" / "that.yaml"
    outcome = voiceagent("captures", "to-scenario", "c1", "--dir", captured, "-o", target)
    assert (outcome.code, outcome.out) == (0, f"Wrote {target}: 1 step\n")
    assert f"voiceagent test {target}" in outcome.err
    assert load(target).scenario.steps[0].dtmf == "7"


def test_json_names_the_files(voiceagent: Any, captured: Path) -> None:
    target = captured / "scenarios" / "that.yaml"
    outcome = voiceagent("captures", "to-scenario", "last", "--dir", captured, "-o", target, "--json")
    assert json.loads(outcome.out) == {"scenario": str(target), "recordings": [], "steps": 1}


def test_nothing_is_written_over(voiceagent: Any, captured: Path) -> None:
    (captured / "scenarios" / "that.yaml").write_text("mine")
    outcome = voiceagent("captures", "to-scenario", "c1", "--dir", captured, "-o", captured / "scenarios" / "that.yaml")
    assert (outcome.code, "exists" in outcome.err) == (2, True)
