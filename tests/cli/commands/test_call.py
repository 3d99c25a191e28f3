"""`voiceagent call`: whole calls in real time, each with a bridge and emulators of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "voiceagent_cli", "call"]
PROMISED = """
    call_id correlation_id engine outcome end_reason started_at duration_ms turns tools barge_ins transfer latency_ms frames
    cost recording capture
"""


def call(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, str(project), *words], capture_output=True, text=True, check=False, timeout=150)


def test_a_step_that_makes_no_sense_is_told_before_anything_starts(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("call", project, "--dtmf", "x")
    assert (outcome.code, outcome.out) == (2, "")
    assert "a phone has the keys" in outcome.err


@pytest.mark.parametrize(
    "words", [("--noise", "nan"), ("--timeout", "inf"), ("--human", "sleeps"), ("--from", "abc"), ("--to", "911 ")]
)
def test_a_value_nobody_can_mean_is_told_before_anything_starts(voiceagent: Any, project: Path, words: tuple[str, str]) -> None:
    outcome = voiceagent("call", project, *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert words[0] in outcome.err
    assert "Starting" not in outcome.err


@pytest.mark.call
@pytest.mark.timeout(180)
def test_a_question_is_answered_by_a_tool(project: Path) -> None:
    done = call(project, "--say", "What is the status of my order four two seven one?", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(PROMISED.split()) <= set(report)
    assert report["outcome"] == "completed"
    tools = [(tool["name"], tool["arguments"]) for tool in report["tools"]]
    assert tools == [("lookup_order", {"order_id": "4271"})], done.stderr
    assert report["frames"]["dropped"] == 0
    assert [turn for turn in report["ear"]["turns"] if turn["latency_ms"] is not None]
    assert "Traceback" not in done.stderr


@pytest.mark.call
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("human", "outcome"), [("busy", "busy"), ("declined", "declined"), ("answer", "connected")])
def test_a_human_is_asked_for(project: Path, human: str, outcome: str) -> None:
    done = call(project, "--say", "I would like to speak to a human please.", "--human", human, "--json")
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["transfer"] or {}).get("outcome") == outcome, done.stderr


@pytest.mark.call
@pytest.mark.timeout(180)
def test_an_interruption_is_measured_at_the_bridge_and_at_the_ear(project: Path) -> None:
    done = call(
        project, "--say", "Where is my order four two seven one?", "--interrupt", "Sorry, wait a moment.@1500", "--json"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["barge_ins"], done.stderr
    assert report["ear"]["barge_ins"]
    assert any(turn["interrupted"] for turn in report["turns"] if turn["role"] == "agent")


@pytest.mark.call
@pytest.mark.timeout(180)
def test_ctrl_c_hangs_up_reports_and_is_130(project: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, str(project), "--silence", "60000", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "agent" in line and "Hello" in line:
                break
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 130
        assert json.loads(out)["outcome"] == "completed"


@pytest.mark.call
@pytest.mark.timeout(180)
def test_a_call_beyond_its_limit_is_hung_up_and_counts_as_failed(project: Path) -> None:
    done = call(project, "--silence", "60000", "--timeout", "3", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["end_reason"]
    assert "--timeout" in done.stderr


@pytest.mark.call
@pytest.mark.timeout(60)
@pytest.mark.parametrize("words", [("call", "--say", "Hello"), ("serve", "--port", "0"), ("talk", "--text")])
def test_ctrl_c_while_the_emulators_start_ends_it_at_once(project: Path, words: tuple[str, ...]) -> None:
    command = [*COMMAND[:-1], words[0], str(project), *words[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert "Starting" in child.stderr.readline()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=5)
    assert (child.returncode, out, err) == (130, "", "Interrupted.\n")


@pytest.mark.call
@pytest.mark.timeout(120)
def test_an_engine_that_is_not_there_is_a_remote_failure(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_VOICELIVE_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AZURE_VOICELIVE_API_KEY", "x")
    done = call(project, "--say", "Hello")
    assert done.returncode == 3, done.stderr
    *_, error, remedy = done.stderr.splitlines()
    assert error.startswith("error: The call failed: engine_lost. Voice Live at 127.0.0.1:9 cannot be reached")
    assert remedy.strip() == "try: check engine.endpoint (AZURE_VOICELIVE_ENDPOINT) and the network"


def test_the_value_that_an_option_misses_is_told_by_the_help_of_its_command(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("call", project, "--say")
    assert outcome.code == 2
    assert "`voiceagent call --help`" in outcome.err


def test_noise_has_the_bounds_of_the_scenarios(voiceagent: Any, project: Path) -> None:
    assert voiceagent("call", project, "--noise", "101").code == 2


def test_nothing_is_listened_to_where_there_is_no_project(voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("call", tmp_path)
    assert outcome.code == 2
    assert "Nothing to say" not in outcome.err
