"""`provision numbers capabilities`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.numbers.options import NumbersOptions


def test_shown_changed_and_refused(
    subscription: Any, provision: Callable[..., Any], told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    acs = subscription.enter(AcsEmulator(numbers=NumbersOptions(operation_seconds=0)))
    monkeypatch.setenv("ACS_CONNECTION_STRING", acs.connection_string)
    number = "+14255550199"
    both = {"calling": "inbound+outbound", "sms": "none"}
    assert provision("numbers", "capabilities", number, of="dir") == {"number": number, "capabilities": both}
    changed = told("numbers", "capabilities", number, "--calling", "inbound", of="dir")
    assert changed.out == f"{number}: calls inbound, text messages none\n"
    refused = told("numbers", "capabilities", number, "--sms", "inbound", of="dir")
    assert (refused.code, "Azure offers no such number" in refused.err) == (3, True)
    assert told("numbers", "capabilities", "+14255550100", of="dir").code == 2
