"""`voiceagent calls list`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_calls_list(remembered: Path, voiceagent: Any) -> None:
    outcome = voiceagent("calls", "list", remembered)
    assert outcome.out.splitlines()[0] == "aa2\t\t2026-11-22T07:00:00.000Z\t1.0 s\tcompleted\tcaller_left"
    assert len(json.loads(voiceagent("calls", "list", remembered, "--json", "--limit", "2").out)["calls"]) == 2


def test_no_calls_yet_is_fine_and_told(project: Path, voiceagent: Any) -> None:
    outcome = voiceagent("calls", "list", project)
    assert (outcome.code, outcome.out) == (0, "")
    assert "Place one: voiceagent call" in outcome.err


def test_captures_that_cannot_be_read_are_not_taken_for_no_calls_yet(project: Path, voiceagent: Any) -> None:
    (project / "captures").write_text("in the way")
    for group in ("calls", "captures"):
        outcome = voiceagent(group, "list", project)
        assert (outcome.code, outcome.out) == (2, "")
        assert f"{project}/captures: it is no folder" in outcome.err
