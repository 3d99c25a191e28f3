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
    caller, callee = from_raw_id(call.order.caller), from_raw_id(call.order.callee)
    body: dict[str, Any] = {
        "callConnectionId": call.connection_id,
        "serverCallId": call.server_call_id,
        "targets": [callee.to_json()],
        "callConnectionState": call.phase,
        "callbackUri": request.callback_uri,
        "source": caller.to_json(),
        "sourceDisplayName": call.order.display_name,
        "correlationId": call.correlation_id,
        "answeredBy": {"id": call.app_id},
    }
    if caller.phone_number is not None:
        body["sourceCallerIdNumber"] = {"value": caller.phone_number.shown}
    if callee.phone_number is not None:
        body["answeredFor"] = {"value": callee.phone_number.shown}
    if request.media is not None:
        body["mediaStreamingSubscription"] = {
            "id": call.subscription_id,
            "state": call.media_state,
            "subscribedContentTypes": ["audio"],
        }
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
