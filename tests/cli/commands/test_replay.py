"""`voiceagent replay`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from voiceagent.testing.programme import Programme
from voiceagent.testing.recital import recite


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call of 20 s in which the caller interrupts."""
    return recite(tmp_path_factory.mktemp("captures"), Programme(seconds=20, interrupt_every=2))


def test_a_call_that_is_the_same_takes_a_line(capture: Path, voiceagent: Any) -> None:
    outcome = voiceagent("replay", capture)
    assert outcome.code == 0
    assert outcome.out.startswith(f"= same       {capture.name}  (")
    assert len(outcome.out.splitlines()) == 1


def test_as_json_the_promised_fields_are_there(capture: Path, voiceagent: Any) -> None:
    outcome = voiceagent("replay", capture, "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["same"], told["different"], told["failed"]) == (0, 1, 0, 0)
    (result,) = told["results"]
    assert set(result) >= {"capture", "mode", "result", "speed_x", "commands", "first_difference", "call"}
    assert (result["mode"], result["result"], result["first_difference"]) == ("exact", "same", None)
    assert result["call"]["barge_ins"]
    assert result["speed_x"] > 20


def test_the_report_is_printed_when_asked_for(capture: Path, voiceagent: Any) -> None:
    outcome = voiceagent("replay", capture, "--report")
    assert json.loads(outcome.out)["outcome"] == "completed"
    assert outcome.err.startswith("= same"), "the verdict, with its times, is talk"


def test_calls_are_named_as_everywhere(capture: Path, project: Path, voiceagent: Any) -> None:
    (project / "captures").mkdir(exist_ok=True)
    shutil.copy(capture, project / "captures")
    assert voiceagent("replay", "last", "--dir", project).code == 0
    assert voiceagent("replay", "recital", "recital", "--dir", project).out.splitlines()[-1] == "2 same, 0 different, 0 failed"


def test_what_is_no_capture_is_wrong_usage(tmp_path: Path, voiceagent: Any) -> None:
    (tmp_path / "notes.txt").write_text("milk\n")
    outcome = voiceagent("replay", tmp_path / "notes.txt")
    assert (outcome.code, outcome.out) == (2, "")
    assert "is not a capture" in outcome.err


def test_beside_others_it_is_one_that_failed(capture: Path, tmp_path: Path, voiceagent: Any) -> None:
    (tmp_path / "notes.txt").write_text("milk\n")
    outcome = voiceagent("replay", capture, tmp_path / "notes.txt", "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["same"], told["failed"]) == (1, 1, 1)
    assert "not a capture" in told["results"][1]["failure"]


def test_help_tells_the_exit_codes(voiceagent: Any) -> None:
    shown = " ".join(voiceagent("replay", "--help").out.split())
    assert "Exit 0: the same. 1: something differs. 2: nothing could be replayed." in shown


@pytest.mark.parametrize(
    "options",
    [
        ["--engine", "embedded"],
        ["--repeat", "1"],
        ["--words", "0.6"],
        ["--judge", "m"],
        ["--latency-ms", "5"],
        ["--fast"],
        ["--against", "http://x"],
        ["--timeout", "900"],
        ["--report", "--live"],
        ["--report", "--until", "1"],
        ["--report", "--say", "Hello"],
    ],
)
def test_an_option_that_would_change_nothing_is_wrong_usage(capture: Path, voiceagent: Any, options: list[str]) -> None:
    outcome = voiceagent("replay", capture, *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert options[0] in outcome.err


POLICY = "out: list[Command] = [StopPlayback()] if playback.audible(now) else []"


def test_one_changed_line_of_the_barge_in_policy_is_found(capture: Path, tmp_path: Path, root: Path) -> None:
    """A copy of voiceagent in which the agent talks on while the caller interrupts."""
    shutil.copytree(root / "bridge" / "voiceagent", tmp_path / "voiceagent", ignore=shutil.ignore_patterns("__pycache__"))
    policy = tmp_path / "voiceagent" / "call" / "interrupt.py"
    source = policy.read_text(encoding="utf-8")
    assert POLICY in source
    policy.write_text(source.replace(POLICY, POLICY.replace("playback.audible(now)", "now > 1e9")), encoding="utf-8")
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{root / 'cli'}"}

    def replay(*options: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "voiceagent_cli", "replay", str(capture), *options]
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=False)

    done = replay("--json")
    assert done.returncode == 1, done.stderr
    first = json.loads(done.stdout)["results"][0]["first_difference"]
    assert (first["expected"]["type"], first["actual"]["type"]) == ("StopPlayback", "TruncateItem")
    assert first["event"]["type"] == "CallerSpeechStarted"
    assert first["at_ms"] > 3_000
    shown = replay().stdout
    assert f"first difference at {first['at_ms'] / 1000:.3f} s, after CallerSpeechStarted(" in shown
    assert "expected  StopPlayback()" in shown
    assert "what was expected comes nowhere in the next 5 s: StopPlayback" in shown
