"""`voiceagent dial`; that it calls somebody is in the page on telephony, whose commands are run."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_number_is_not_called_without_a_yes(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("dial", "+14255550177", project)
    assert (outcome.code, outcome.out) == (2, "")
    assert "costs money" in outcome.err
    assert "--yes" in outcome.err
