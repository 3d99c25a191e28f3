"""What bodies are accepted, and which field is blamed for those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs import requests
from voiceagent.emulators.acs.errors import Refusal

MEDIA: dict[str, Any] = {
    "transportType": "websocket",
    "audioChannelType": "mixed",
    "transportUrl": "wss://app.example/media",
    "contentType": "audio",
    "startMediaStreaming": True,
    "enableBidirectional": True,
    "audioFormat": "Pcm24KMono",
    "enableDtmfTones": True,
}
ANSWER = {"incomingCallContext": "c", "callbackUri": "https://app.example/cb"}


def answer(**more: Any) -> requests.AnswerRequest:
    return requests.answer_request({**ANSWER, **more}, https_only=False)


def test_an_answer_is_read_whatever_the_case_of_its_enums() -> None:
    read = answer(operationContext="hi", answeredBy={"id": "8:acs:x"}, mediaStreamingOptions=MEDIA)
    assert read == requests.AnswerRequest(
        "c",
        ANSWER["callbackUri"],
        "hi",
        "8:acs:x",
        requests.MediaRequest(MEDIA["transportUrl"], 24_000, True, True, True, False),
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"operationContext": 7}, "OperationContext"),
        ({"operationCallbackUri": ["https://app.example"]}, "OperationCallbackUri"),
        ({"operationCallbackUri": "nowhere"}, "OperationCallbackUri"),
    ],
)
def test_what_mid_call_operations_share_is_text(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal, match=field):
        requests.operation(body)


def test_what_mid_call_operations_share_may_be_left_out() -> None:
    assert requests.operation({"operationContext": None}) == requests.Operation(None, None)
    shared = {"operationContext": "", "operationCallbackUri": "https://app.example/cb"}
    assert requests.operation(shared) == requests.Operation("", "https://app.example/cb")


def test_media_without_a_format_is_sixteen_kilohertz_and_does_not_start() -> None:
    read = answer(
        mediaStreamingOptions={"transportType": "websocket", "audioChannelType": "unmixed", "transportUrl": "ws://a/b"}
    )
    assert read.media == requests.MediaRequest("ws://a/b", 16_000, False, False, False, True)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"incomingCallContext": ""}, "IncomingCallContext"),
        ({"callbackUri": "ftp://x"}, "CallbackUri"),
        ({"callbackUri": "https://"}, "CallbackUri"),
        ({"callbackUri": "https://[::1"}, "CallbackUri"),
        ({"operationContext": {"a": 1}}, "OperationContext"),
        ({"mediaStreamingOptions": {**MEDIA, "transportUrl": "https://x"}}, "TransportUrl"),
        ({"mediaStreamingOptions": {**MEDIA, "audioFormat": "mp3"}}, "audioFormat"),
        ({"mediaStreamingOptions": {**MEDIA, "transportType": "tcp"}}, "transportType"),
        ({"mediaStreamingOptions": {**MEDIA, "audioChannelType": "both"}}, "audioChannelType"),
    ],
)
def test_a_field_that_does_not_fit_is_named(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal, match=field) as refused:
        answer(**more)
    assert (refused.value.status, refused.value.code) == (400, "8523")


def test_a_strict_network_takes_only_encrypted_addresses() -> None:
    with pytest.raises(Refusal, match="CallbackUri"):
        requests.answer_request({**ANSWER, "callbackUri": "http://x/cb"}, https_only=True)
    with pytest.raises(Refusal, match="TransportUrl"):
        requests.answer_request({**ANSWER, "mediaStreamingOptions": {**MEDIA, "transportUrl": "ws://x/m"}}, https_only=True)


def test_identifiers_come_without_their_kind() -> None:
    assert requests.identifier({"target": {"rawId": "4:+1555", "phoneNumber": {"value": "+1555"}}}, "target") == "4:+1555"
    assert requests.identifier({"target": {"phoneNumber": {"value": "+1555"}}}, "target") == "4:+1555"
    assert requests.identifier({"target": {"communicationUser": {"id": "8:acs:x"}}}, "target") == "8:acs:x"
    for broken in (None, "4:+1555", {}, {"rawId": 7}):
        with pytest.raises(Refusal, match="Target"):
            requests.identifier({"target": broken}, "target")


def test_an_invitation_lasts_as_long_as_it_says_and_three_minutes_at_most() -> None:
    body: dict[str, Any] = {"participantToAdd": {"rawId": "4:+1555"}, "sourceCallerIdNumber": {"value": "+1"}}
    assert requests.add_request({**body, "invitationTimeoutInSeconds": 30}).timeout_ms == 30_000
    assert requests.add_request(body).timeout_ms == 60_000
    for wrong in (181, -1, "30"):
        with pytest.raises(Refusal, match="InvitationTimeoutInSeconds"):
            requests.add_request({**body, "invitationTimeoutInSeconds": wrong})


def test_a_telephone_is_only_called_with_a_caller_id() -> None:
    with pytest.raises(Refusal, match="SourceCallerIdNumber"):
        requests.add_request({"participantToAdd": {"rawId": "4:+1555"}})
    assert requests.add_request({"participantToAdd": {"rawId": "8:acs:x"}}).target == "8:acs:x"


def test_exactly_one_participant_is_muted() -> None:
    assert requests.mute_targets({"targetParticipants": [{"rawId": "8:acs:x"}]}) == "8:acs:x"
    for wrong in ([], [{"rawId": "a"}, {"rawId": "b"}], None):
        with pytest.raises(Refusal, match="TargetParticipants"):
            requests.mute_targets({"targetParticipants": wrong})


def test_a_recording_needs_a_call_and_a_format_that_fits() -> None:
    read = requests.recording_request({"callLocator": {"kind": "serverCallLocator", "serverCallId": "s"}, "pauseOnStart": True})
    assert (read.server_call_id, read.channel, read.format, read.paused) == ("s", "mixed", "wav", True)
    with pytest.raises(Refusal, match="CallLocator"):
        requests.recording_request({})
    with pytest.raises(Refusal, match="RecordingFormatType"):
        requests.recording_request({"callConnectionId": "c", "recordingChannelType": "unmixed", "recordingFormatType": "mp3"})
