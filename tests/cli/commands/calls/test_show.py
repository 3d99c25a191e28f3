"""`voiceagent calls show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_calls_show(remembered: Path, voiceagent: Any) -> None:
    outcome = voiceagent("calls", "show", "b", remembered)
    assert outcome.out.startswith("   0.4 s  agent     Hello. [interrupted]\n")
    assert "call        transferred" in outcome.out
    assert "capture.policy is redacted" in outcome.err
    assert json.loads(voiceagent("calls", "show", "b", remembered, "--json").out)["call_id"] == "b"
