"""What a report of Azure Call Automation means for the call: a table from callbacks to call events.

`target` is the name of the transfer that an invitation belongs to, found by its operation context; `ourselves` and `caller` are
raw ids, which the service lists among the participants.
"""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.call.events import (
    CallConnected,
    CallerLeft,
    ControlFailed,
    Event,
    MediaClosed,
    ParticipantsChanged,
    RecordingChanged,
    TransferEnded,
    TransferOutcome,
)
from voiceagent.protocol import acs_callbacks as acs

# Subcodes of a failed invitation, in the order of their documentation; a SIP-like code decides when a new subcode appears.
_BY_SUBCODE: dict[int, TransferOutcome] = {
    8538: "declined",
    8539: "busy",
    8540: "busy",
    8541: "no_answer",
    8542: "no_answer",
    8543: "failed",
    8544: "no_answer",
}
_BY_CODE: dict[int, TransferOutcome] = {
    408: "no_answer",
    480: "no_answer",
    486: "busy",
    487: "no_answer",
    600: "busy",
    603: "declined",
}


def transfer_outcome(result: acs.Result | None) -> TransferOutcome:
    """Why an invitation failed."""
    if result is None:
        return "failed"
    return _BY_SUBCODE.get(result.sub_code or 0) or _BY_CODE.get(result.code or 0, "failed")


def events_of(
    callback: acs.Callback, *, target: Callable[[str | None], str | None], ourselves: str, caller: str = ""
) -> list[Event]:
    """The call events of one report; none for what the session need not know."""
    result = callback.result or acs.Result()
    message = result.message or ""
    match callback:
        case acs.CallConnected():
            return [CallConnected()]
        case acs.CallDisconnected():
            return [CallerLeft("disconnected", result.code, result.sub_code)]
        case acs.AnswerFailed():
            failed = ControlFailed("answer", result.code, str(result.sub_code or ""), message)
            return [failed, CallerLeft("answer failed", result.code, result.sub_code)]
        case acs.ParticipantsUpdated(participants=participants):
            present = {one.identifier.raw_id.shown for one in participants}
            return [ParticipantsChanged(len(present - {ourselves}), caller_here=not caller or caller in present)]
        case acs.AddParticipantSucceeded(operation_context=context) | acs.CallTransferAccepted(operation_context=context) if (
            name := target(context)
        ) is not None:
            return [TransferEnded(name, "connected", result.code, result.sub_code, message)]
        case acs.AddParticipantFailed(operation_context=context) | acs.CallTransferFailed(operation_context=context) if (
            name := target(context)
        ) is not None:
            return [TransferEnded(name, transfer_outcome(callback.result), result.code, result.sub_code, message)]
        case acs.HoldFailed():
            return [ControlFailed("hold_caller", result.code, str(result.sub_code or ""), message)]
        case acs.MediaStreamingFailed():
            return [MediaClosed(message or "media streaming failed")]
        case acs.RecordingStateChanged(recording_id=recording_id, state=state):
            return [RecordingChanged(recording_id, state.lower() == "active")]
        case acs.StartRecordingFailed():
            return [ControlFailed("start_recording", result.code, str(result.sub_code or ""), message)]
    return []
