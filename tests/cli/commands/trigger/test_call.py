"""`voiceagent trigger call`."""

from __future__ import annotations

from typing import Any


def test_nobody_is_called_when_nobody_is_subscribed(voiceagent: Any, emulator: Any) -> None:
    outcome = voiceagent("trigger", "call", "--url", emulator.url)
    assert (outcome.code, outcome.out) == (3, "")
    assert "Nobody is subscribed to incoming calls." in outcome.err
