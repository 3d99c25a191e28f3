"""The scripts: all of them parse, tell what they are for, and the demo's judge is not easily pleased."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELL = [ROOT / ".ci" / "run"] + [
    path
    for path in sorted((ROOT / "scripts").iterdir())
    if path.is_file() and path.suffix in ("", ".sh") and path.read_bytes()[:2] in (b"#!", b"# ")
]

GOOD: dict[str, Any] = {
    "outcome": "transferred",
    "engine": "embedded",
    "duration_ms": 30_000,
    "tools": [{"name": "lookup_order", "arguments": {"order_id": "4271"}, "outcome": "ok"}],
    "barge_ins": [{"stop_ms": 12}],
    "transfer": {"outcome": "connected"},
    "latency_ms": {"turn_p50": 600, "turn_p95": 700, "first_audio": 400},
}


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_shell_scripts_parse_and_say_what_they_are_for(path: Path) -> None:
    if path.read_bytes().startswith(b"#!/usr/bin/env python"):
        compile(path.read_text(), str(path), "exec")
        return
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert any(line.startswith("# ") for line in path.read_text().splitlines()[:3])
    assert path.suffix == ".sh" or os.access(path, os.X_OK)


def judged(report: dict[str, Any]) -> list[str]:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import judge_demo  # type: ignore[import-not-found]  # a script, not a package
    finally:
        sys.path.pop(0)
    judge_demo.summary(report)
    return judge_demo.misses(report)  # type: ignore[no-any-return]


def test_the_demo_passes_when_all_three_jobs_were_done() -> None:
    assert judged(GOOD) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tools": []}, "no tool looked up order 4271 (looked up: nothing)"),
        ({"barge_ins": []}, "the agent was not interrupted"),
        ({"transfer": None}, "the caller did not reach a human (transfer: none)"),
        ({"transfer": {"outcome": "busy"}}, "the caller did not reach a human (transfer: busy)"),
    ],
)
def test_the_demo_fails_when_one_was_not(change: dict[str, Any], sentence: str) -> None:
    assert judged(copy.deepcopy(GOOD) | change) == [sentence]
