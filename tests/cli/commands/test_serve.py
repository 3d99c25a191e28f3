"""`voiceagent serve`, as the process it is, with `voiceagent call` beside it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceagent.local.running import note_path, read_note

pytestmark = [pytest.mark.call, pytest.mark.timeout(180)]
COMMAND = [sys.executable, "-m", "voiceagent_cli"]


@pytest.fixture
def serving(project: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with subprocess.Popen(
        [*COMMAND, "serve", str(project), "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        try:
            yield child, json.loads(child.stdout.readline())
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
                child.wait(timeout=30)


def call(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "call", str(project), *words], capture_output=True, text=True, check=False, timeout=120)


def test_a_call_finds_it_and_its_feed_tells_the_call(serving: Any, project: Path) -> None:
    child, ready = serving
    assert (ready["mode"], ready["engine"], ready["agent"]) == ("local", "embedded", "orders")
    assert read_note(project) is not None
    done = call(project, "--say", "What are your opening hours?", "--json")
    assert done.returncode == 0, done.stderr
    assert f"Using the bridge on port {ready['port']}." in done.stderr
    report = json.loads(done.stdout)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 0
    lines = [json.loads(line) for line in child.stdout.read().splitlines()]
    assert {line["call_id"] for line in lines if line["kind"] == "note"} == {report["call_id"]}
    assert lines[0]["note"] == "CallBeganNoted"
    assert not note_path(project).exists()


def test_how_a_call_ends_after_ctrl_c_is_told_as_well(serving: Any, project: Path) -> None:
    child, _ = serving
    with subprocess.Popen([*COMMAND, "call", str(project), "--silence", "60000"], stderr=subprocess.DEVNULL) as calling:
        for line in child.stdout:
            if '"AgentSpeechBegan"' in line:
                break
        child.send_signal(signal.SIGINT)
        rest = [json.loads(line) for line in child.stdout.read().splitlines()]
        calling.wait(timeout=60)
    assert child.wait(timeout=30) == 0
    ends = [line for line in rest if line.get("note") == "CallEndedNoted"]
    assert [end["reason"] for end in ends] == ["shutdown"]
