"""`voiceagent stop`; that it stops a call is in test_say."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_without_a_call_there_is_nothing_to_stop(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("stop", project)
    assert (outcome.code, outcome.out) == (2, "")
    assert "No call is being held" in outcome.err
