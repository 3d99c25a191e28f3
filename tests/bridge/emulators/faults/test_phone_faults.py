"""The faults of the telephone side."""

from __future__ import annotations

from voiceagent.emulators.faults.phone_faults import PHONE_FAULTS


def test_they_are_of_requests_callbacks_deliveries_and_clocks() -> None:
    assert {fault.site for fault in PHONE_FAULTS} == {"request", "callback", "delivery", "clock"}


def test_what_names_its_operation_is_meant_for_it_alone() -> None:
    assert {fault.name: fault.only for fault in PHONE_FAULTS if fault.only} == {
        "keys.unreachable": "acs:keys",
        "recording.refused": "acs:start_recording",
    }
