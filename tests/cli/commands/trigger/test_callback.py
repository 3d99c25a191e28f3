"""`voiceagent trigger callback`."""

from __future__ import annotations

from typing import Any


def test_without_a_call_there_is_nobody_to_tell(voiceagent: Any, emulator: Any) -> None:
    outcome = voiceagent("trigger", "callback", "PlayFailed", "--url", emulator.url)
    assert (outcome.code, "There is no call." in outcome.err) == (3, True)


def test_data_is_an_object(voiceagent: Any) -> None:
    for wrong in ("[1]", "{"):
        assert voiceagent("trigger", "callback", "PlayFailed", "--data", wrong, "--url", "http://127.0.0.1:1").code == 2
