"""A call's clock starts with the call."""

from __future__ import annotations

from voiceagent.runtime.clock import CallClock, MonotonicClock
from voiceagent.testing.clock import ManualClock


def test_the_machines_clock_does_not_run_backwards() -> None:
    clock = MonotonicClock()
    first = clock.now_ms()
    assert clock.now_ms() >= first


def test_session_time_counts_from_the_beginning_of_the_call() -> None:
    machine = ManualClock(123_456)
    call = CallClock(machine)
    assert call.now_ms() == 0
    machine.advance(40)
    assert call.now_ms() == 40
