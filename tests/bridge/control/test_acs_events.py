"""What each report of Call Automation means for the call."""

from __future__ import annotations

import pytest

from voiceagent.call import events as e
from voiceagent.control.acs_events import events_of, transfer_outcome
from voiceagent.protocol import acs_callbacks as acs
from voiceagent.protocol.identifiers import from_raw_id, phone

OK = acs.Result(200, 0, "fine")


def told(callback: acs.Callback) -> list[e.Event]:
    return events_of(callback, target={"t-1": "sales"}.get, ourselves="8:acs:us")  # type: ignore[arg-type]  # None is no key


@pytest.mark.parametrize(
    ("callback", "events"),
    [
        (acs.CallConnected(), [e.CallConnected()]),
        (acs.CallDisconnected(result=OK), [e.CallerLeft("disconnected", 200, 0)]),
        (acs.CallDisconnected(), [e.CallerLeft("disconnected")]),
        (
            acs.AnswerFailed(result=acs.Result(500, 8587, "late")),
            [e.ControlFailed("answer", 500, "8587", "late"), e.CallerLeft("answer failed", 500, 8587)],
        ),
        (
            acs.AddParticipantSucceeded(operation_context="t-1", result=OK),
            [e.TransferEnded("sales", "connected", 200, 0, "fine")],
        ),
        (
            acs.AddParticipantFailed(operation_context="t-1", result=acs.Result(486, 8539, "busy")),
            [e.TransferEnded("sales", "busy", 486, 8539, "busy")],
        ),
        (acs.AddParticipantFailed(operation_context="somebody else's"), []),
        (acs.AddParticipantSucceeded(), []),
        (acs.MediaStreamingFailed(result=acs.Result(500, 8603, "no socket")), [e.MediaClosed("no socket")]),
        (acs.MediaStreamingFailed(), [e.MediaClosed("media streaming failed")]),
        (acs.RecordingStateChanged(recording_id="r", state="Active"), [e.RecordingChanged("r", True)]),
        (acs.RecordingStateChanged(recording_id="r", state="inactive"), [e.RecordingChanged("r", False)]),
        (acs.StartRecordingFailed(result=acs.Result(400, 8553, "x")), [e.ControlFailed("start_recording", 400, "8553", "x")]),
        (acs.PlayCompleted(), []),
        (acs.UnknownCallback(kind="new", raw={}), []),
    ],
)
def test_a_report_is_these_events(callback: acs.Callback, events: list[e.Event]) -> None:
    assert told(callback) == events


def test_we_are_not_counted_among_the_others() -> None:
    members = (acs.Participant(phone("+14255550100")), acs.Participant(from_raw_id("8:acs:us")))
    assert told(acs.ParticipantsUpdated(participants=members)) == [e.ParticipantsChanged(1)]


@pytest.mark.parametrize(
    ("code", "sub_code", "outcome"),
    [
        (603, 8538, "declined"),
        (486, 8539, "busy"),
        (600, 8540, "busy"),
        (480, 8541, "no_answer"),
        (487, 8542, "no_answer"),
        (404, 8543, "failed"),
        (480, 8544, "no_answer"),
        (486, 9999, "busy"),
        (603, None, "declined"),
        (408, 0, "no_answer"),
        (500, 1, "failed"),
    ],
)
def test_why_a_transfer_failed(code: int, sub_code: int | None, outcome: str) -> None:
    assert transfer_outcome(acs.Result(code, sub_code)) == outcome


def test_without_a_result_it_just_failed() -> None:
    assert transfer_outcome(None) == "failed"
