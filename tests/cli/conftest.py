"""The command line as a function: words in; exit code, results and talk out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from voiceagent_cli.main import run


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command line did."""

    code: int
    out: str
    err: str


Voiceagent = Callable[..., Outcome]


@pytest.fixture
def voiceagent(capsys: pytest.CaptureFixture[str]) -> Voiceagent:
    def carry_out(*words: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return carry_out


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh agent project."""
    from voiceagent.agent.init import write_project

    write_project(tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def report() -> dict[str, Any]:
    """A call's report, with everything that can be in one."""
    return {
        "call_id": "call-1",
        "correlation_id": "corr-1",
        "engine": "embedded",
        "outcome": "transferred",
        "end_reason": "the caller reached support",
        "started_at": "2026-11-22T05:00:00.000Z",
        "duration_ms": 41230,
        "turns": [
            {
                "role": "agent",
                "text": "Hello.",
                "start_ms": 400,
                "end_ms": 900,
                "interrupted": True,
                "heard_ms": 300,
                "latency_ms": None,
            },
            {
                "role": "caller",
                "text": "My order?",
                "start_ms": 1500,
                "end_ms": 2500,
                "interrupted": False,
                "heard_ms": 0,
                "latency_ms": None,
            },
        ],
        "tools": [{"name": "lookup_order", "arguments": {"order_id": "4271"}, "result": {}, "outcome": "ok", "duration_ms": 3}],
        "barge_ins": [{"at_ms": 1500, "stop_ms": 12, "truncated_at_ms": 300}],
        "transfer": {"target": "support", "outcome": "connected", "duration_ms": 2100},
        "latency_ms": {"answer": 80, "first_audio": 400, "turn_p50": 620, "turn_p95": 700, "barge_in_stop_p95": 12},
        "frames": {"caller_in": 1, "agent_out": 1, "dropped": 0},
        "cost": {"currency": "USD", "estimate": 0.0},
        "recording": None,
        "capture": "captures/call-1.jsonl.gz",
    }


@pytest.fixture
def remembered(project: Path, report: dict[str, Any]) -> Path:
    """A project with three calls."""
    folder = project / "captures"
    folder.mkdir(exist_ok=True)
    for call_id, started in (
        ("aa1", "2026-11-22T05:00:00.000Z"),
        ("aa2", "2026-11-22T07:00:00.000Z"),
        ("b", "2026-11-22T06:00:00.000Z"),
    ):
        row = {
            "call_id": call_id,
            "started_at": started,
            "duration_ms": 1000,
            "outcome": "completed",
            "end_reason": "caller_left",
        }
        content = {"v": 1, "row": row, "report": report | {"call_id": call_id, "started_at": started}}
        (folder / f"{call_id}.report.json").write_text(json.dumps(content))
    return project
