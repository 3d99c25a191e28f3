"""`voiceagent serve`, as the process it is, with `voiceagent call` beside it."""

from __future__ import annotations

import json
import os
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


def test_whose_the_calls_are_is_told_only_where_a_second_bridge_gets_them(serving: Any, project: Path) -> None:
    _, ready = serving
    again = [*COMMAND, "serve", str(project), "--port"]
    refused = subprocess.run([*again, str(ready["port"])], capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 2
    assert "cannot be used: Address already in use" in refused.stderr
    assert "gets the calls" not in refused.stderr
    with subprocess.Popen([*again, "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as newer:
        assert newer.stderr is not None
        talk = next(line for line in newer.stderr if "already served" in line or "ready for calls" in line)
        newer.send_signal(signal.SIGINT)
        newer.communicate(timeout=30)
    whom = f"this project is already served on port {ready['port']} (process {serving[0].pid})"
    assert f"{whom}; the newer one gets the calls" in " ".join(talk.split())


def test_it_ends_when_its_emulators_die(project: Path) -> None:
    command = [*COMMAND, "serve", str(project), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert json.loads(child.stdout.readline())["ready"]
        told = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(child.pid)], capture_output=True, text=True, check=True)
        emulators = next(line.split()[0] for line in told.stdout.splitlines() if " emulate " in line)
        os.kill(int(emulators), signal.SIGKILL)
        talk = child.stderr.read()
        assert child.wait(timeout=30) == 3
    assert "The emulators are gone." in talk
    assert "error: the emulators: Their process ended by itself (killed by SIGKILL)." in talk
    assert "Traceback" not in talk
    assert not note_path(project).exists()


def test_a_call_waits_for_one_that_starts(project: Path) -> None:
    command = [*COMMAND, "serve", str(project), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert "Starting" in child.stderr.readline()
        done = call(project, "--silence", "100")
        child.send_signal(signal.SIGINT)
        child.stderr.read()
        assert child.wait(timeout=30) == 0
    assert done.returncode == 0, done.stderr
    assert "still starting" in done.stderr
    assert "Using the bridge on port" in done.stderr
