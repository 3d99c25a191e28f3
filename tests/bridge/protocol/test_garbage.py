"""Messages that break the protocol: how many are too many."""

from __future__ import annotations

import pytest

from voiceagent.protocol.garbage import GARBAGE_MESSAGES, GARBAGE_WINDOW_MS, Garbage


@pytest.mark.parametrize(
    ("apart_ms", "too_many"), [(GARBAGE_WINDOW_MS / GARBAGE_MESSAGES, True), (GARBAGE_WINDOW_MS / GARBAGE_MESSAGES + 1, False)]
)
def test_many_in_a_short_time_are_another_protocol(apart_ms: float, too_many: bool) -> None:
    garbage = Garbage()
    told = [garbage.came(number * apart_ms) for number in range(GARBAGE_MESSAGES + 1)]
    assert told == [False] * GARBAGE_MESSAGES + [too_many]
    assert garbage.count == GARBAGE_MESSAGES + 1
