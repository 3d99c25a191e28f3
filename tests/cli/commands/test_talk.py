"""`voiceagent talk`: whole calls on this machine, without a sound card."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "voiceagent_cli"]
SPEECH = Path(__file__).resolve().parents[2] / "data" / "speech"


def run(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *(str(word) for word in words)], input=typed, capture_output=True, text=True, check=False, timeout=120
    )


def test_options_that_contradict_each_other_are_wrong_usage(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("talk", project, "--text", "--no-sound")
    assert (outcome.code, outcome.out) == (2, "")
    assert "exclude each other" in outcome.err


def test_a_file_that_is_none_is_told_before_anything_starts(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("talk", project, "--wav", "nothing.wav")
    assert (outcome.code, outcome.out) == (2, "")
    assert "nothing.wav" in outcome.err
    assert "Starting" not in outcome.err


def test_without_portaudio_it_is_told_what_to_install(project: Path, tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    done = subprocess.run(
        [*COMMAND, "talk", str(project)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    for words in ("libportaudio2", "brew install portaudio", "--wav", "--text", "voiceagent serve"):
        assert words in done.stderr


@pytest.mark.engine
@pytest.mark.timeout(120)
def test_a_written_conversation_has_the_agents_words_as_its_result(project: Path) -> None:
    done = run("talk", project, "--text", typed="What is the status of order 4271?\nGoodbye\nnever said\n")
    assert done.returncode == 0, done.stderr
    hello, answer, goodbye = done.stdout.splitlines()
    assert hello.startswith("Hello")
    assert "4 2 7 1 is on its way" in answer
    assert "Goodbye" in goodbye
    assert "lookup_order(order_id='4271')" in done.stderr


@pytest.mark.call
@pytest.mark.engine
@pytest.mark.timeout(180)
@pytest.mark.parametrize("line", [[], ["--phone"]])
def test_a_spoken_turn_of_a_human_from_a_file(project: Path, tmp_path: Path, line: list[str]) -> None:
    out = tmp_path / "call.wav"
    done = run("talk", project, "--wav", SPEECH / "order-4271-human-8k.wav", "--out", out, "--json", *line)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [tool["arguments"] for tool in report["tools"]] == [{"order_id": "4271"}], done.stderr
    assert (report["outcome"], report["end_reason"], report["barge_ins"]) == ("completed", "caller_left", [])
    assert report["latency_ms"]["turn_p50"] < 3000
    assert out.stat().st_size > 24_000 * 4 * 10
    assert "Traceback" not in done.stderr
