"""The defaults are what the service documents."""

from __future__ import annotations

from voiceagent.emulators.acs.options import NetworkOptions


def test_a_call_rings_thirty_seconds_and_callers_are_as_patient_as_people() -> None:
    options = NetworkOptions()
    assert options.ring_ms == 30_000
    assert (options.patience_ms, options.greeting_wait_ms, options.answer_wait_ms) == (700, 4_000, 12_000)
    assert options.farewell_ms > options.patience_ms
    assert options.clock_skew_seconds == 900
