from __future__ import annotations

import contextlib
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from any_json import JSON
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.acs_callbacks import (
    CALLBACKS,
    AddParticipantFailed,
    Callback,
    CallConnected,
    CallDisconnected,
    Cause,
    ContinuousDtmfRecognitionToneReceived,
    MediaStreamingFailed,
    MediaStreamingUpdate,
    Participant,
    ParticipantsUpdated,
    RecordingStateChanged,
    Result,
    TranscriptionUpdate,
    UnknownCallback,
    decode,
    encode,
)
from voiceagent.protocol.identifiers import from_raw_id, phone

EXAMPLES = Path(__file__).parents[2] / "data" / "acs" / "examples"
RECORDED = sorted(EXAMPLES.glob("callback.*.json"))


def only(name: str) -> Callback:
    (found,) = decode((EXAMPLES / f"callback.{name}.json").read_bytes())
    return found


def test_a_recorded_failure_of_media_streaming() -> None:
    found = only("MediaStreamingFailed")
    assert isinstance(found, MediaStreamingFailed)
    assert found.call_connection_id == "4c1f5600-a9c6-4343-8979-b638a98de98f"
    assert found.correlation_id == "30f0ad34-d615-4bf3-8476-5630ae7fc3db"
    assert found.server_call_id.startswith("aHR0cHM6Ly9hcGku")
    assert found.operation_context == "startMediaStreamingContext"
    assert found.result == Result(500, 8603, "Action failed, not able to establish websocket connection.")
    assert found.media_streaming_update == MediaStreamingUpdate("Audio", "mediaStreamingFailed", "streamConnectionUnsuccessful")
    assert found.event_id == "d13c62c5-721e-44b9-a680-9866c33db7e7"
    assert found.time == "2024-05-02T12:38:31.242039+00:00"


def test_a_recorded_list_of_participants_in_the_older_form() -> None:
    found = only("ParticipantsUpdated")
    assert isinstance(found, ParticipantsUpdated)
    user = "8:acs:816df1ca-971b-44d7-b8b1-8fba90748500_00000013-2ff6-dd51-54b7-a43a0d001998"
    assert found.participants == (Participant(from_raw_id(user)),)
    assert found.sequence_number is None


def test_a_recorded_change_of_recording() -> None:
    found = only("RecordingStateChanged")
    assert isinstance(found, RecordingStateChanged)
    assert (found.recording_id, found.state) == ("recordingId", "active")


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_reports_survive_writing_and_reading(path: Path) -> None:
    (found,) = decode(path.read_bytes())
    assert decode(json.dumps([encode(found)])) == [found]


SAMPLES: dict[str, Any] = {
    "str": "text",
    "int": 7,
    "Key": "#",
    "Identifier": phone("+15551230001"),
    "tuple[Participant, ...]": (Participant(phone("+15551230001"), is_muted=True), Participant(from_raw_id("8:acs:a_b"))),
    "MediaStreamingUpdate": MediaStreamingUpdate("Audio", "mediaStreamingStarted", "subscriptionStarted"),
    "TranscriptionUpdate": TranscriptionUpdate("transcriptionStarted", "subscriptionStarted"),
    "Object": {"tones": ["one"]},
    "Result": Result(487, 10004, "The call was canceled.", Cause(487, "Request Terminated"), Cause(16, "Normal")),
}


def filled(cls: type[Callback]) -> Callback:
    return cls(**{one.name: SAMPLES[str(one.type).removesuffix(" | None")] for one in dataclasses.fields(cls)})


@pytest.mark.parametrize("cls", CALLBACKS.values(), ids=lambda cls: cls.__name__)
def test_every_report_is_read_as_it_was_written(cls: type[Callback]) -> None:
    sent = filled(cls)
    assert decode(json.dumps([encode(sent)])) == [sent]


def test_a_report_is_a_cloud_event() -> None:
    sent = CallConnected(
        call_connection_id="c", server_call_id="s", correlation_id="r", event_id="e", time="t", result=Result(200, 0, "ok")
    )
    assert encode(sent) == {
        "id": "e",
        "source": "calling/callConnections/c",
        "type": "Microsoft.Communication.CallConnected",
        "data": {
            "eventSource": "calling/callConnections/c",
            "callConnectionId": "c",
            "serverCallId": "s",
            "correlationId": "r",
            "resultInformation": {"code": 200, "subCode": 0, "message": "ok"},
            "version": "2024-09-15",
            "publicEventType": "Microsoft.Communication.CallConnected",
        },
        "time": "t",
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "subject": "calling/callConnections/c",
    }


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": "e", "type": f"Microsoft.Communication.{kind}", "data": {"callConnectionId": "c", **data}, "time": "t"}


def test_several_reports_in_one_post_keep_their_order() -> None:
    assert decode(json.dumps([event("CallConnected"), event("CallDisconnected")])) == [
        CallConnected(call_connection_id="c", event_id="e", time="t"),
        CallDisconnected(call_connection_id="c", event_id="e", time="t"),
    ]
    assert decode("[]") == []


def test_a_report_without_a_list_around_it_is_read() -> None:
    assert decode(json.dumps(event("CallConnected"))) == [CallConnected(call_connection_id="c", event_id="e", time="t")]


def test_causes_of_the_telephone_network_are_read() -> None:
    result = {"code": 200, "subCode": 0, "sipDetails": {"code": 487, "message": "x"}, "q850Details": {"code": 16}}
    (found,) = decode(json.dumps([event("CallDisconnected", resultInformation=result)]))
    assert found.result == Result(200, 0, None, Cause(487, "x"), Cause(16))


def test_a_key_is_told_by_its_character() -> None:
    (found,) = decode(json.dumps([event("ContinuousDtmfRecognitionToneReceived", tone="pound", sequenceId=3)]))
    assert found == ContinuousDtmfRecognitionToneReceived("#", 3, call_connection_id="c", event_id="e", time="t")


def test_an_unknown_type_is_kept_whole_with_its_call() -> None:
    raw = {**event("SomethingNew", shape=5), "extra": 1}
    (found,) = decode(json.dumps([raw]))
    assert isinstance(found, UnknownCallback)
    assert (found.kind, found.call_connection_id, found.event_id, found.raw) == (
        "Microsoft.Communication.SomethingNew",
        "c",
        "e",
        raw,
    )
    assert encode(found) == raw


def test_numbers_and_unknown_contents_do_not_show_themselves() -> None:
    assert "555123" not in repr(AddParticipantFailed(phone("+15551230001")))
    assert "555123" not in repr(UnknownCallback("x", {"number": "+15551230001"}))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{", "a callback is not JSON: JSONDecodeError"),
        ("[5]", "a callback holds a number, expected an event"),
        ('[{"data":{}}]', "a callback has a `type` that is null, expected text"),
        ('[{"type":"x"}]', "x: `data` is null, expected an object"),
        (
            json.dumps([event("CallConnected", operationContext=5)]),
            "Microsoft.Communication.CallConnected: `operationContext` is a number, expected text",
        ),
        (
            json.dumps([event("ParticipantsUpdated", participants=[{"isMuted": True}])]),
            "participants lacks `identifier`",
        ),
        (
            json.dumps([event("AddParticipantFailed", participant={"rawId": 5})]),
            "Microsoft.Communication.AddParticipantFailed: `participant.rawId` is a number, expected text",
        ),
        (
            json.dumps([event("CallConnected", resultInformation={"code": "200"})]),
            "resultInformation: `code` is text, expected a whole number",
        ),
        (
            json.dumps([event("ContinuousDtmfRecognitionToneReceived", tone="ten")]),
            "Microsoft.Communication.ContinuousDtmfRecognitionToneReceived: `tone` is text, expected a telephone key",
        ),
    ],
)
def test_a_broken_report_is_named(body: str, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(body)
    assert str(caught.value) == sentence


MEMBERS = st.sampled_from(
    ["callConnectionId", "participants", "participant", "identifier", "resultInformation", "tone", "state", "rawId"]
)


@given(
    st.sampled_from(sorted(CALLBACKS)), st.dictionaries(MEMBERS, JSON | st.dictionaries(MEMBERS, JSON, max_size=3), max_size=4)
)
def test_almost_reports_are_read_or_refused(kind: str, data: dict[str, Any]) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(json.dumps([event(kind, **data)]))


@given(st.binary() | JSON.map(json.dumps))
def test_garbage_is_the_peers_fault_and_nothing_worse(body: bytes | str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(body)
