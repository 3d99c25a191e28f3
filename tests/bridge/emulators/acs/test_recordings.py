"""Which stretches of a call a recording holds."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import RecordingRequest

REQUEST = RecordingRequest("server", None, None, "audio", "mixed", "wav", False)


def a_recording() -> Recording:
    recording = Recording("recording", "document", REQUEST, 1_000, "https://app.example")
    recording.resume(1_000)
    return recording


def test_pauses_are_left_out_of_the_one_file() -> None:
    recording = a_recording()
    recording.pause(2_000)
    assert recording.state == "inactive"
    recording.resume(3_500)
    recording.stop(4_000, "CallEnded")
    assert recording.spans == [(1_000, 2_000), (3_500, 4_000)]
    assert (recording.length_ms, recording.pauses) == (1_500, [(2_000, 1_500)])


def test_a_recording_that_is_stopped_while_paused_has_a_pause_at_its_end() -> None:
    recording = a_recording()
    recording.pause(2_000)
    recording.stop(2_500, "CallEnded")
    assert (recording.spans, recording.pauses) == ([(1_000, 2_000)], [(2_000, 500)])


def test_a_recording_that_began_paused_and_never_ran_is_empty() -> None:
    recording = Recording("recording", "document", REQUEST, 1_000, "https://app.example")
    recording.stop(2_000, "CallEnded")
    assert (recording.length_ms, recording.pauses) == (0, [(1_000, 1_000)])


def test_pausing_twice_or_resuming_what_runs_is_the_wrong_state() -> None:
    recording = a_recording()
    with pytest.raises(Refusal, match="running"):
        recording.resume(1_500)
    recording.pause(2_000)
    with pytest.raises(Refusal, match="paused"):
        recording.pause(2_500)


def test_after_the_stop_there_is_no_recording() -> None:
    recording = a_recording()
    recording.stop(2_000, "InitiatorLeft")
    for action in (lambda: recording.stop(3_000, ""), lambda: recording.pause(3_000), lambda: recording.resume(3_000)):
        with pytest.raises(Refusal, match="Recording not found"):
            action()
