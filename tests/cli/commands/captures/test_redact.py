"""`voiceagent captures redact`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from voiceagent.capture.read import read_capture


def test_the_copy_names_nobody(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    out = tmp_path / "copy.jsonl.gz"
    outcome = voiceagent("captures", "redact", "e8e3", out, "--dir", captured)
    assert outcome.code == 0
    assert outcome.out.startswith(f"{out}: ")
    assert outcome.out.endswith("records, audio kept\n")
    copy = str(read_capture(out).records)
    assert read_capture(out).stopped is None
    assert "+14255550100" not in copy
    assert "where is my order" not in copy
    shown = voiceagent("captures", "compare", "e8e3", out, "--dir", captured)
    assert shown.code == 0, shown.out  # the same call, but for what is hidden


def test_without_voices(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    out = tmp_path / "copy.jsonl.gz"
    outcome = voiceagent("captures", "redact", "e8e3", out, "--audio", "silence", "--dir", captured, "--json")
    told = json.loads(outcome.out)
    assert (told["capture"], told["audio"], told["stopped"]) == (str(out), "silence", None)
    assert told["bytes"] < 45_000  # of 61_260
    wav = tmp_path / "a.wav"
    voiceagent("captures", "export", out, "--to", "wav", "-o", wav)
    assert not any(wav.read_bytes()[44:])


def test_the_same_caller_is_the_same_in_all_of_a_projects_copies(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        voiceagent("captures", "redact", "e8e3", tmp_path / name, "--dir", captured)
    assert read_capture(tmp_path / "a.jsonl.gz").records == read_capture(tmp_path / "b.jsonl.gz").records


def test_nothing_is_written_over(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    (tmp_path / "there.jsonl.gz").write_text("mine")
    outcome = voiceagent("captures", "redact", "e8e3", tmp_path / "there.jsonl.gz", "--dir", captured)
    assert outcome.code == 2
    assert "exists" in outcome.err
    assert (tmp_path / "there.jsonl.gz").read_text() == "mine"
