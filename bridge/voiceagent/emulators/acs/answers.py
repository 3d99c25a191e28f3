"""The bodies of successful answers: the state of a call as Call Automation shows it."""

from __future__ import annotations

from typing import Any

from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.state import Call, Participant
from voiceagent.protocol.identifiers import from_raw_id


def call_properties(call: Call) -> dict[str, Any]:
    """CallConnectionProperties."""
    request = call.request
    assert request is not None
    body: dict[str, Any] = {
        "callConnectionId": call.connection_id,
        "serverCallId": call.server_call_id,
        "targets": [from_raw_id(one).to_json() for one in call.targets],
        "callConnectionState": call.phase,
        "callbackUri": request.callback_uri,
        "sourceDisplayName": call.order.display_name,
        "correlationId": call.correlation_id,
        **(_outbound(call) if call.order.outbound else _inbound(call)),
    }
    if request.media is not None:
        body["mediaStreamingSubscription"] = {
            "id": call.streaming.subscription_id,
            "state": call.streaming.state,
            "subscribedContentTypes": ["audio"],
        }
    if request.transcription is not None:
        body["transcriptionSubscription"] = {
            "id": call.transcribing.subscription_id,
            "state": call.transcribing.state,
            "subscribedResultTypes": ["final"],
            "locale": call.transcribing.locale,
        }
    return body


def _inbound(call: Call) -> dict[str, Any]:
    caller, callee = from_raw_id(call.order.caller), from_raw_id(call.order.callee)
    body: dict[str, Any] = {"source": caller.to_json(), "answeredBy": {"id": call.app_id}}
    if caller.phone_number is not None:
        body["sourceCallerIdNumber"] = {"value": caller.phone_number.shown}
    if callee.phone_number is not None:
        body["answeredFor"] = {"value": callee.phone_number.shown}
    return body


def _outbound(call: Call) -> dict[str, Any]:
    number = from_raw_id(call.order.callee).phone_number
    body: dict[str, Any] = {"source": from_raw_id(call.app_id).to_json()}
    if number is not None:
        body["sourceCallerIdNumber"] = {"value": number.shown}
    return body


def participant(member: Participant) -> dict[str, Any]:
    """CallParticipant."""
    identifier = from_raw_id(member.raw_id).to_json()
    return {"identifier": identifier, "isMuted": member.muted, "isOnHold": member.on_hold}


def invited(raw_id: str) -> dict[str, Any]:
    """CallParticipant of somebody whose phone begins to ring."""
    return participant(Participant(raw_id))


def participants(call: Call) -> dict[str, Any]:
    return {"value": [participant(member) for member in call.roster.values()]}


def with_context(operation_context: str | None, **more: Any) -> dict[str, Any]:
    """The answer of an operation whose outcome is told later."""
    return {**more, "operationContext": operation_context} if operation_context is not None else more


def recording(found: Recording) -> dict[str, Any]:
    """RecordingStateResponse."""
    return {
        "recordingId": found.recording_id,
        "recordingState": found.state,
        "recordingKind": "azureCommunicationServices",
    }
