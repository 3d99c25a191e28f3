"""The faults of the media socket."""

from __future__ import annotations

from voiceagent.emulators.faults.media_faults import MEDIA_FAULTS


def test_a_fault_in_mid_call_lets_a_second_of_audio_pass() -> None:
    assert {fault.after for fault in MEDIA_FAULTS if fault.site == "media"} == {50}


def test_a_callback_that_is_missing_is_a_fault_of_the_callbacks() -> None:
    assert [fault.name for fault in MEDIA_FAULTS if fault.site == "callback"] == ["media.unannounced"]
