"""Calls that were."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.capture.seal import CaptureKey, Envelope
from voiceagent.errors import UserError
from voiceagent_cli.past import calls_of, policy_of, report_of


def test_the_latest_first(remembered: Path) -> None:
    assert [call["call_id"] for call in calls_of(remembered)] == ["aa2", "b", "aa1"]


@pytest.mark.parametrize(("asked", "found"), [("last", "aa2"), ("aa1", "aa1"), ("b", "b")])
def test_one_by_its_id_or_as_the_last(remembered: Path, asked: str, found: str) -> None:
    assert report_of(remembered, asked)["call_id"] == found


@pytest.mark.parametrize("asked", ["aa", "zz"])
def test_an_id_that_fits_none_or_several_is_refused(remembered: Path, asked: str) -> None:
    with pytest.raises(UserError):
        report_of(remembered, asked)


def test_the_last_of_none_is_told(project: Path) -> None:
    with pytest.raises(UserError, match="has no calls yet"):
        report_of(project, "last")
    assert calls_of(project) == []


def test_the_policy_is_the_projects(project: Path) -> None:
    assert policy_of(project) == "redacted"


def test_encrypted_calls_are_shown_with_the_key_of_the_captures(
    project: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = CaptureKey(b"k" * 32)
    sealed = Envelope(key).seal(
        json.dumps({"row": {"call_id": "s1"}, "report": report | {"call_id": "s1"}}).encode(), about="s1"
    )
    (project / "captures").mkdir(exist_ok=True)
    (project / "captures" / "s1.report.json").write_text(json.dumps({"v": 1, "row": {"call_id": "s1"}, "sealed": sealed}))
    with pytest.raises(UserError, match=r"is encrypted with key .*, and there is no key in the settings"):
        report_of(project, "s1")
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", base64.b64encode(key.plain).decode())
    assert report_of(project, "s1")["call_id"] == "s1"
