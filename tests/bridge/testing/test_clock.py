"""The clock of tests."""

from __future__ import annotations

import pytest

from voiceagent.testing.clock import ManualClock


def test_it_stands_still_until_moved() -> None:
    clock = ManualClock(5)
    assert clock.now_ms() == 5
    clock.advance(20)
    assert clock.now_ms() == 25


def test_it_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(-1)
