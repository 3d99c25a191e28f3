"""Times as they are read, and as they are counted."""

from __future__ import annotations

from voiceagent.emulators.acs.times import Times


def test_times_are_read_from_the_wall() -> None:
    times = Times(counted=False, wall=lambda: 1_767_258_000.25, now=lambda: 5_000.0)
    assert times.message() == "2026-01-01T09:00:00.2500000+00:00"
    assert times.at(4_000.0) == "2026-01-01T08:59:59.2500000+00:00"
    times.beat()
    assert times.frame(7) == "2026-01-01T09:00:00.250Z"


def test_counted_times_need_no_clock() -> None:
    times = Times(counted=True, wall=lambda: 1 / 0, now=lambda: 1 / 0)
    assert [times.message("call")[11:19] for _ in range(3)] == ["09:00:00", "09:00:01", "09:00:02"]
    assert times.message("another")[11:19] == "09:00:00"
    assert [times.frame(number)[17:] for number in range(3)] == ["00.000Z", "00.020Z", "00.040Z"]
    assert times.at(123.0)[11:19] == "09:00:00"
