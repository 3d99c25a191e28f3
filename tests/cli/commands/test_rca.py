"""`voiceagent rca`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

RECORDED = Path(__file__).resolve().parents[2] / "data" / "rca"


@pytest.fixture
def with_calls(project: Path) -> Path:
    (project / "captures").mkdir(exist_ok=True)
    shutil.copy(RECORDED / "media-never.jsonl.gz", project / "captures")
    return project


def test_the_cause_of_a_call_for_people(voiceagent: Any, with_calls: Path) -> None:
    outcome = voiceagent("rca", "last", "--dir", with_calls)
    lines = outcome.out.splitlines()
    assert outcome.code == 0
    assert lines[0].startswith("call  ")
    assert lines[1].startswith("correlation id  ")
    assert "ACS reported the call as connected, and its media socket never came (media_never_came)." in lines
    assert any(line.startswith("media_connected       failed") for line in lines)
    assert any(line.startswith("What to do: ") for line in lines)


def test_the_cause_of_a_call_for_programs(voiceagent: Any, with_calls: Path) -> None:
    told = json.loads(voiceagent("rca", "last", "--dir", with_calls, "--json").out)
    assert told["cause"]["code"] == "media_never_came"
    assert [phase["name"] for phase in told["phases"]][:2] == ["received", "validated"]


def test_by_the_id_that_the_telephony_service_logs(voiceagent: Any, with_calls: Path, report: dict[str, Any]) -> None:
    told = json.loads(voiceagent("rca", "last", "--dir", with_calls, "--json").out)
    names = {"call_id": told["call_id"], "correlation_id": told["correlation_id"], "started_at": "2026-11-22T05:00:00.000Z"}
    content = {"v": 1, "row": {**names, "duration_ms": 1}, "report": {**report, **names}}
    (with_calls / "captures" / f"{told['call_id']}.report.json").write_text(json.dumps(content))
    assert json.loads(voiceagent("rca", told["correlation_id"], "--dir", with_calls, "--json").out) == told


def test_no_such_call(voiceagent: Any, with_calls: Path) -> None:
    assert voiceagent("rca", "nobody", "--dir", with_calls).code == 2


def test_why_no_call_came(voiceagent: Any, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    outcome = voiceagent("rca", "--dir", project, "--local-only", "--json")
    assert json.loads(outcome.out)["cause"]["code"] == "no_telephony"
    monkeypatch.setenv("ACS_CONNECTION_STRING", "endpoint=https://x;accesskey=cGxhbnRlZHNlY3JldA==")
    outcome = voiceagent("rca", "--dir", project, "--local-only")
    assert "(audience_missing)." in outcome.out
    assert "cGxhbnRlZHNlY3JldA" not in outcome.out
