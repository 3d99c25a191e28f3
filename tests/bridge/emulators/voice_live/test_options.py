from __future__ import annotations

from voiceagent.emulators.voice_live.options import EmulatorOptions


def test_the_pace_is_five_times_real_time_by_default() -> None:
    options = EmulatorOptions()
    assert options.delta_ms / options.delta_interval_ms == 5


def test_a_session_lives_an_hour_and_no_quota_is_in_the_way_by_default() -> None:
    options = EmulatorOptions()
    assert options.session_seconds == 3600
    assert options.connections_per_minute is None
