"""Requests of Call Automation's clients, good and wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.emulators.lint.calling import CallingLint
from voiceagent.emulators.lint.request import Request

GOOD_HEADERS = {
    "content-type": "application/json",
    "repeatability-request-id": "11111111-0000-0000-0000-000000000000",
    "repeatability-first-sent": "Sun, 22 Nov 2026 05:14:30 GMT",
}
MEDIA = {
    "transportType": "websocket",
    "transportUrl": "wss://app.example/media",
    "contentType": "audio",
    "audioChannelType": "mixed",
    "startMediaStreaming": True,
    "enableBidirectional": True,
    "audioFormat": "pcm24KMono",
}
ANSWER = {"incomingCallContext": "x", "callbackUri": "https://app.example/c", "mediaStreamingOptions": MEDIA}
PHONE = {"rawId": "4:+14255550100", "phoneNumber": {"value": "+14255550100"}}
OURS = {"value": "+14255550199"}


def rules(operation: str, body: Any, *, version: str = "2026-03-12", **headers: str) -> list[str]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {**GOOD_HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    query = {"api-version": version} if version else {}
    request = Request(operation, "POST", f"/calling/{operation}", query, given, content)
    return [breach.rule for breach in CallingLint().look(request)]


def test_a_request_as_azures_clients_write_it_is_good() -> None:
    assert rules("answer", ANSWER) == []
    assert rules("create_call", {"targets": [PHONE], "sourceCallerIdNumber": OURS, "callbackUri": "https://app.example"}) == []


def test_addresses_of_this_machine_need_no_tls() -> None:
    media = {**MEDIA, "transportUrl": "ws://127.0.0.1:8080/media"}
    assert rules("answer", {**ANSWER, "callbackUri": "http://localhost:8080/c", "mediaStreamingOptions": media}) == []


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("answer", {**ANSWER, "callbackUri": "http://app.example/c"}, ["acs-https"]),
        ("answer", {**ANSWER, "callbackUri": "https://app.example/c#call"}, ["acs-uri-fragment"]),
        ("answer", {**ANSWER, "callbackUri": "https://app.example/" + "c" * 3000}, ["acs-uri-long"]),
        ("answer", {**ANSWER, "mediaStreamingOptions": {**MEDIA, "transportUrl": "ws://app.example"}}, ["acs-wss"]),
        ("answer", {**ANSWER, "mediaStreamingOptions": {**MEDIA, "contentType": "video"}}, ["acs-media-content"]),
        ("answer", {**ANSWER, "mediaStreamingOptions": {**MEDIA, "enableBidirectional": False}}, ["acs-media-one-way"]),
        ("answer", {**ANSWER, "mediaStreamingOptions": {**MEDIA, "sampleRate": 8000}}, ["acs-unknown-field"]),
        ("answer", {**ANSWER, "callback_uri": "x"}, ["acs-unknown-field"]),
        ("create_call", {"targets": [PHONE], "callbackUri": "https://a.example"}, ["acs-caller-id"]),
        ("add_participant", {"participantToAdd": PHONE}, ["acs-caller-id"]),
        ("transfer", {"targetParticipant": {"phoneNumber": {"value": "4255550100"}}}, ["acs-number"]),
        ("transfer", {"targetParticipant": PHONE, "customCallingContext": {"sipHeaders": {"Order": "1"}}}, ["acs-sip-header"]),
        ("transfer", {"targetParticipant": PHONE, "customCallingContext": {"sipHeaders": {"X-MS-Custom-a": "1"}}}, []),
        ("mute_participant", {"targetParticipants": [PHONE]}, ["acs-mute-phone"]),
        ("send_dtmf", {"targetParticipant": PHONE, "tones": ["one"] * 19}, ["acs-many-tones"]),
        ("send_dtmf", {"targetParticipant": {"rawId": "8:acs:x_y"}, "tones": ["one"]}, ["acs-tones-to-user"]),
        ("play", {"playSources": [{"kind": "text", "text": {"text": "a" * 401}}]}, ["acs-long-prompt"]),
        ("play", {"playSources": [{"kind": "file", "file": {"uri": "http://app.example/a.wav"}}]}, ["acs-prompt-https"]),
        (
            "start_recording",
            {"callConnectionId": "c", "recordingStateCallbackUri": "http://app.example"},
            ["acs-recording-callback"],
        ),
        ("answer", b"\xff\xfe", ["acs-body-encoding"]),
        ("answer", b"{", ["acs-body-encoding"]),
        ("answer", b"[" * 100_000, ["acs-body-encoding"]),
        ("answer", {**ANSWER, "callbackUri": "https://["}, []),
        ("create_call", {"targets": 5, "callbackUri": "https://a.example"}, []),
        ("mute_participant", {"targetParticipants": 5}, []),
        ("play", {"playSources": 5}, []),
        ("recognize", {"playPrompts": True}, []),
    ],
)
def test_what_is_wrong_with_a_body(operation: str, body: Any, expected: list[str]) -> None:
    assert rules(operation, body) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("", ["acs-version-missing"]),
        ("2024-11-15-preview", ["acs-version-preview"]),
        ("2031-01-01", ["acs-version-unknown"]),
        ("2024-09-15", ["acs-version-too-old"]),
    ],
)
def test_what_is_wrong_with_a_version(version: str, expected: list[str]) -> None:
    assert rules("answer", ANSWER, version=version) == expected


def test_what_is_wrong_with_headers() -> None:
    assert rules("answer", ANSWER, content_type="text/plain") == ["acs-content-type"]
    assert rules("answer", ANSWER, repeatability_request_id="") == ["acs-repeatability"]
    assert rules("answer", ANSWER, repeatability_first_sent="2026-11-22T05:14:30Z") == ["acs-first-sent"]
    assert rules("play", {}, repeatability_request_id="") == []


def test_a_repeatability_id_stands_for_one_request() -> None:
    lint = CallingLint()

    def look(body: bytes) -> list[str]:
        request = Request("answer", "POST", "/calling/answer", {"api-version": "2026-03-12"}, GOOD_HEADERS, body)
        return [breach.rule for breach in lint.look(request)]

    assert look(b'{"callbackUri":"https://a.example"}') == look(b'{"callbackUri":"https://a.example"}') == []
    assert look(b'{"callbackUri":"https://b.example"}') == ["acs-repeatability-reused"]
