"""Percentiles without keeping every number."""

from __future__ import annotations

from voiceagent.emulators.acs.lateness import Lateness


def test_without_frames_there_is_nothing_to_say() -> None:
    assert Lateness().json() == {"late_p50_ms": None, "late_p99_ms": None, "late_max_ms": None}


def test_percentiles_are_the_upper_edges_of_quarter_milliseconds() -> None:
    lateness = Lateness()
    for late in [0.1] * 98 + [5.1, 90.33]:
        lateness.add(late)
    assert lateness.json() == {"late_p50_ms": 0.25, "late_p99_ms": 5.25, "late_max_ms": 90.33}
    assert lateness.count == 100


def test_very_late_and_early_frames_count_at_the_ends() -> None:
    lateness = Lateness()
    lateness.add(-3)
    lateness.add(10_000)
    assert lateness.percentile(0.5) == 0.25
    assert lateness.percentile(1.0) == 200
    assert lateness.max_ms == 10_000
