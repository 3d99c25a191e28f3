"""Captures of every version of the format there was: each must be readable by every later voiceagent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from voiceagent.capture.read import Capture, read_capture
from voiceagent.capture.records import VERSION, End, LaneStep, NoteRecord, Reaction, SessionRecord, Wire
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.shapes import revive
from voiceagent.replay.run import replay_exactly

KEY = CaptureKey(b"k" * 32)


ALL = [f"v{version}-{kept}" for version in range(1, VERSION + 1) for kept in ("redacted", "full", "sealed")]


@pytest.fixture(params=ALL)
def capture(request: pytest.FixtureRequest, root: Path) -> Capture:
    path = root / "tests" / "data" / "captures" / f"{request.param}.jsonl.gz"
    return read_capture(path, key=KEY if "sealed" in request.param else None)


def test_it_is_whole(capture: Capture) -> None:
    assert (capture.stopped, capture.state) == (None, "whole")
    assert capture.header.versions["voiceagent"] == "0.1.0"
    end = capture.records[-1]
    assert isinstance(end, End)
    assert end.records == len(capture.records) - 1


def test_every_kind_of_record_is_there_and_understood(capture: Capture) -> None:
    kinds = Counter(type(record) for record in capture.records)
    assert set(kinds) == {Wire, SessionRecord, Reaction, LaneStep, NoteRecord, End}
    assert {(record.edge, record.direction) for record in capture.records if isinstance(record, Wire)} == {
        ("media", "in"),
        ("media", "out"),
        ("engine", "in"),
        ("engine", "out"),
        ("webhook", "in"),
        ("control", "in"),
        ("control", "out"),
    }


def test_all_that_the_session_saw_and_did_comes_back_as_values(capture: Capture) -> None:
    for record in capture.records:
        if isinstance(record, SessionRecord):
            revive({"type": "SessionSettings", "fields": record.settings})
        elif isinstance(record, Reaction):
            for raw in (record.event, *record.commands):
                assert raw is None or revive(raw) is not None
        elif isinstance(record, NoteRecord):
            revive({"type": record.type, "fields": record.fields})


def test_the_calls_story_is_in_it(capture: Capture) -> None:
    notes = Counter(record.type for record in capture.records if isinstance(record, NoteRecord))
    assert notes["CallBeganNoted"] == notes["CallEndedNoted"] == notes["ToolNoted"] == notes["BargeInNoted"] == 1
    assert notes["AgentTurnNoted"] == 3
    assert notes["CallerTurnNoted"] >= 1


@pytest.mark.parametrize("name", ALL)
def test_it_replays_exactly_with_the_code_of_today(name: str, root: Path) -> None:
    path = root / "tests" / "data" / "captures" / f"{name}.jsonl.gz"
    result = replay_exactly(path, key=KEY if "sealed" in name else None)
    assert (result.verdict, result.difference, result.told) == ("same", None, [])


HERE = {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "TZ": "UTC"}
ELSEWHERE = {"LC_ALL": "C", "PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0", "COLUMNS": "40"}


def reported(capture: Path, environ: dict[str, str], *, home: Path) -> bytes:
    """What the command prints in the capture's folder, with no network and nothing else of this machine."""
    paths = os.pathsep.join(part for part in sys.path if part)
    alone = {"HOME": str(home), "PATH": "", "PYTHONPATH": paths, "http_proxy": "http://127.0.0.1:1"}
    words = [sys.executable, "-m", "voiceagent_cli", "replay", capture.name, "--report"]
    done = subprocess.run(words, cwd=capture.parent, env=alone | environ, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def holds(whole: Any, part: Any) -> bool:
    """Whether all of `part` is still there; reports may get more fields."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and holds(whole[name], value) for name, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("name", ["v1-redacted", "v1-full", "v2-full"])
def test_its_report_is_the_same_bytes_on_another_machine(name: str, root: Path, tmp_path: Path) -> None:
    kept = root / "tests" / "data" / "captures"
    copied = tmp_path / f"{name}.jsonl.gz"
    shutil.copy(kept / copied.name, copied)
    here, elsewhere = reported(kept / copied.name, HERE, home=root), reported(copied, ELSEWHERE, home=tmp_path)
    assert here == elsewhere
    then = json.loads((kept / f"v1-{name[3:]}.report.json").read_bytes())
    assert holds(json.loads(here), {**then, "capture": copied.name})
