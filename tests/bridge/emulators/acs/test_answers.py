"""The bodies that clients read."""

from __future__ import annotations

from a_call import APP, CALLEE, CALLER, MEDIA, US, answer, connected, ringing

from voiceagent.emulators.acs import answers
from voiceagent.emulators.acs.recordings import Recording
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.emulators.acs.state import Order, Participant


def test_the_properties_of_a_call_just_answered() -> None:
    call = ringing(display_name="Ann")
    call.answer(answer(MEDIA), 0)
    assert answers.call_properties(call) == {
        "callConnectionId": call.connection_id,
        "serverCallId": call.server_call_id,
        "targets": [{"kind": "phoneNumber", "rawId": CALLEE, "phoneNumber": {"value": CALLEE[2:]}}],
        "callConnectionState": "connecting",
        "callbackUri": APP,
        "source": {"kind": "phoneNumber", "rawId": CALLER, "phoneNumber": {"value": CALLER[2:]}},
        "sourceDisplayName": "Ann",
        "sourceCallerIdNumber": {"value": CALLER[2:]},
        "correlationId": call.correlation_id,
        "answeredBy": {"id": US},
        "answeredFor": {"value": CALLEE[2:]},
        "transcriptionSubscription": {
            "id": call.transcribing.subscription_id,
            "state": "inactive",
            "subscribedResultTypes": ["final"],
            "locale": "en-US",
        },
        "mediaStreamingSubscription": {
            "id": call.streaming.subscription_id,
            "state": "inactive",
            "subscribedContentTypes": ["audio"],
        },
    }


def test_a_call_without_media_or_numbers_leaves_them_out() -> None:
    call = connected()
    call.order = Order("8:acs:a_b", "8:acs:a_c")
    body = answers.call_properties(call)
    assert not {"mediaStreamingSubscription", "sourceCallerIdNumber", "answeredFor"} & set(body)


def test_participants_have_identifier_and_state() -> None:
    assert answers.participant(Participant("8:acs:a_b", muted=True)) == {
        "identifier": {"kind": "communicationUser", "rawId": "8:acs:a_b", "communicationUser": {"id": "8:acs:a_b"}},
        "isMuted": True,
        "isOnHold": False,
    }
    assert len(answers.participants(connected())["value"]) == 2
    assert answers.invited(CALLER)["isMuted"] is False


def test_the_operation_context_is_repeated_when_there_is_one() -> None:
    assert answers.with_context("x", a=1) == {"a": 1, "operationContext": "x"}
    assert answers.with_context(None, a=1) == {"a": 1}


def test_a_recording_is_active_or_inactive() -> None:
    request = RecordingRequest(None, "c", None, "audio", "mixed", "wav", False)
    recording = Recording("r", "d", request, 0, "https://x")
    assert answers.recording(recording) == {
        "recordingId": "r",
        "recordingState": "inactive",
        "recordingKind": "azureCommunicationServices",
    }
