"""`voiceagent captures list`."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest


def test_captures_list(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "list", captured)
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert [row[1] for row in rows] == ["e8e3ea6da5beb9d7", "dfc00ba6b3a75fcc", "e540e23692f275c7"]
    assert rows[0] == ["2026-11-22T09:26:50.714Z", "e8e3ea6da5beb9d7", "5.6 s", "completed", "61.3 kB", "full", "whole"]
    assert rows[1][2:] == ["", "", "62.6 kB", "full, encrypted", "locked"]
    assert outcome.code == 0


def test_as_json_and_with_the_key(captured: Path, voiceagent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", base64.b64encode(b"k" * 32).decode())
    rows = json.loads(voiceagent("captures", "list", captured, "--json", "--limit", "2").out)["captures"]
    assert [row["state"] for row in rows] == ["whole", "whole"]
    assert rows[0]["capture"] == "captures/20261122T092650Z-e8e3ea6da5beb9d7.jsonl.gz"
    assert set(rows[0]) == {
        *("capture", "call_id", "started_at", "duration_ms", "outcome", "bytes", "policy", "encrypted", "state", "stopped")
    }


def test_a_damaged_one_is_told(captured: Path, voiceagent: Any) -> None:
    path = next((captured / "captures").glob("*e8e3*.gz"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    outcome = voiceagent("captures", "list", captured)
    assert outcome.out.splitlines()[0].endswith("\tdamaged")
    assert "warning: captures/20261122T092650Z-e8e3ea6da5beb9d7.jsonl.gz: " in outcome.err
    assert "byte " in outcome.err


def test_a_plain_folder_will_do(captured: Path, voiceagent: Any) -> None:
    assert len(voiceagent("captures", "list", captured / "captures").out.splitlines()) == 3


def test_none_yet_is_fine_and_told(project: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "list", project)
    assert (outcome.code, outcome.out) == (0, "")
    assert "Place a call: voiceagent call" in outcome.err


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path, voiceagent: Any) -> None:
    assert voiceagent("captures", "list", tmp_path / "nothing").code == 2


def test_an_empty_folder_holds_none_and_is_told_to_be_no_project(voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("captures", "list", tmp_path)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == f"No captures in {tmp_path}, which holds no voiceagent.toml either: name an agent project.\n"
    assert json.loads(voiceagent("captures", "list", tmp_path, "--json").out) == {"captures": []}
