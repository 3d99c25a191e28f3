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
