"""The faults of Voice Live."""

from __future__ import annotations

from voiceagent.emulators.faults.engine_faults import ENGINE_FAULTS


def test_a_break_in_mid_reply_comes_behind_its_first_sound() -> None:
    broken = {fault.name for fault in ENGINE_FAULTS if fault.after == 2}
    assert broken == {"engine.expired", "engine.dropped", "engine.overflow", "engine.half_open", "engine.stalled"}
