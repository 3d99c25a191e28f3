"""The validator sees mistakes: it would be of no use if everything were right."""

from __future__ import annotations

import json
from typing import Any

import contracts
import pytest

from voiceagent.emulators.tap import Asked, Crossed, Told

RIGHT_CALL = b'{"incomingCallContext":"c","callbackUri":"https://app.example/cb"}'
DATED = "/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime"
CALLBACK: dict[str, Any] = {
    "id": "1",
    "source": "calling/callConnections/a",
    "type": "Microsoft.Communication.CallConnected",
    "specversion": "1.0",
    "time": "2026-11-22T09:00:00.000Z",
    "datacontenttype": "application/json",
    "data": {"callConnectionId": "a", "serverCallId": "b", "correlationId": "c"},
}
INCOMING: dict[str, Any] = {
    "id": "1",
    "topic": "/subscriptions/a/resourceGroups/b",
    "subject": "call",
    "eventType": "Microsoft.Communication.IncomingCall",
    "eventTime": "2026-11-22T09:00:00.0000000Z",
    "dataVersion": "1.0",
    "metadataVersion": "1",
    "data": {"serverCallId": "b", "callerDisplayName": "", "incomingCallContext": "c", "correlationId": "d"},
}


def looked(*crossed: Asked | Told | Crossed) -> list[str]:
    wire = contracts.Wire()
    for one in crossed:
        wire(one)
    return wire.mistakes()


def answered(body: bytes = RIGHT_CALL, status: int = 200, answer: bytes = b'{"callConnectionId":"a"}') -> Asked:
    return Asked("POST", "/calling/callConnections:answer?api-version=2026-03-12", body, status, answer)


def event(told: dict[str, Any], **changed: Any) -> Told:
    return Told("POST", "http://127.0.0.1/app", json.dumps([{**told, **changed}]).encode())


def media(frame: Any, *, sent: bool = True) -> Crossed:
    return Crossed("media", "ws://app", sent, json.dumps(frame))


def spoken(frame: dict[str, Any], *, sent: bool = False, target: str = DATED) -> Crossed:
    return Crossed("voice-live", target, sent, json.dumps(frame))


def test_what_is_right_has_no_mistakes() -> None:
    assert looked(
        answered(),
        event(CALLBACK),
        event(INCOMING),
        media({"Kind": "StopAudio", "AudioData": None, "StopAudio": {}}, sent=False),
        spoken({"type": "response.create"}),
        spoken({"type": "response.cancel"}, target="/v1/realtime?model=m"),
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("crossed", "mistake"),
    [
        (answered(b'{"incomingCallContext":"c"}'), "request of answer_call: : 'callbackUri' is a required property"),
        (answered(RIGHT_CALL[:-1] + b',"colour":1}'), "'colour' was unexpected"),
        (answered(answer=b'{"callConnectionId":1}'), "answer of answer_call: callConnectionId: 1 is not of type 'string'"),
        (answered(status=400, answer=b'{"message":"no"}'), "error of answer_call"),
        (Asked("GET", "/phoneNumbers?api-version=2025-06-01", b"", 200, b'{"phoneNumbers":[{}]}'), "'id' is a required"),
        (event(CALLBACK, data={**CALLBACK["data"], "callConnectionId": 7}), "CallConnected: callConnectionId: 7 is not"),
        (event(CALLBACK, specversion="0.3"), "CallConnected: specversion: '1.0' was expected"),
        (event(INCOMING, data={}), "IncomingCall: : 'serverCallId' is a required property"),
        (event(INCOMING, metadataVersion="2"), "IncomingCall: metadataVersion: '1' was expected"),
        (media({"kind": "AudioMetadata", "audioMetadata": {"sampleRate": 8000}}), "media: : "),
        (media({"kind": "AudioData", "audioData": {"data": "*" * 64}}), "a sound that is not base64"),
        (Crossed("media", "ws://app", False, b"\x00\x01"), "is not JSON"),
        (spoken({"type": "response.created"}, sent=True), "response.created: : 'response' is a required property"),
        (spoken({"type": "no.such.event"}), "no.such.event is no event of Voice Live's"),
        (spoken({"type": "input_audio_buffer.append"}, target="/v1/realtime"), "append: audio is missing"),
        (spoken({"type": "response.cancel", "why": 1}, target="/v1/realtime"), "cancel: why is not declared"),
        (spoken({"type": "session.avatar.connecting"}, target="/v1/realtime", sent=True), "no event of /v1/realtime"),
    ],
    ids=str,
)
def test_a_mistake_is_seen(crossed: Asked | Told | Crossed, mistake: str) -> None:
    assert mistake in "\n".join(looked(crossed))


def test_what_was_refused_is_not_held_against_the_app() -> None:
    no = spoken({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}, sent=True)
    assert looked(spoken({"type": "no.such.event"}), no) == []
    refusal = b'{"error":{"code":"400","message":"no"}}'
    assert looked(answered(b"{}", 400, refusal)) == []


def test_a_frame_that_differs_in_sound_only_is_looked_at_once() -> None:
    wire = contracts.Wire()
    for at in range(50):
        sound = {"timestamp": f"2026-11-22T09:00:00.{at:03}Z", "data": "AAAA" * (100 + at % 2), "silent": False}
        wire(media({"kind": "AudioData", "audioData": {**sound, "participantRawID": None}}))
    assert wire.mistakes() == []
    assert wire.looked_at == {"media frame": 1}


async def test_a_test_in_which_something_wrong_crossed_fails() -> None:
    with pytest.raises(AssertionError, match=r"no\.such\.event"):
        async with contracts.checked() as tap:
            tap(spoken({"type": "no.such.event"}))
