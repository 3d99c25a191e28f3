"""`provision numbers release`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_a_number_goes_after_a_question_and_is_ours_no_longer(
    subscription: Any, provision: Callable[..., Any], told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACS_CONNECTION_STRING", subscription.acs.connection_string)
    provision("numbers", "search", "--hold", "--yes")
    number = provision("numbers", "buy", "--yes")["number"]
    assert told("numbers", "release", number, of="dir").code == 2
    assert provision("numbers", "release", number, "--yes", of="dir") == {"number": number, "released": True}
    assert subscription.numbers() == []
    assert provision("destroy", "--dry-run")["steps"] == []
