from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from any_json import JSON
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.discreet import Words
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.event_grid import (
    CustomContext,
    GridEvent,
    IncomingCall,
    RecordingChunk,
    RecordingFileStatusUpdated,
    Schema,
    SubscriptionValidation,
    UnknownEvent,
    decode,
    encode,
    encode_delivery,
    options_accepted,
    options_answer,
    options_question,
    validation_response,
)
from voiceagent.protocol.identifiers import phone

DATA = Path(__file__).parents[2] / "data" / "acs"
DEFINITIONS = json.loads((DATA / "eventgrid-microsoft-communication-calling.derived.schema.json").read_text())

CALL = IncomingCall(
    phone("+15550000001"),
    phone("+15551230001"),
    "eyJhbGciOiJub25lIn0.token",
    "aHR0cHM6Ly9hcGk",
    "corr",
    Words("Ann Example"),
    CustomContext({"userToUser": "x"}, {"a": "b"}),
    phone("+15550000002"),
    event_id="e1",
    topic="/subscriptions/s",
    subject="/caller/4:+15551230001/recipient/4:+15550000001",
    time="2026-11-22T05:00:00.000Z",
)
RECORDING = RecordingFileStatusUpdated(
    (RecordingChunk("d", "https://c", 0, "SessionEnded", "https://m", "https://x"),),
    "2026-11-22T05:00:00Z",
    6620,
    "Audio",
    "Mixed",
    "Mp3",
    "CallEnded",
    event_id="e2",
    topic="t",
    subject="s",
    time="n",
)
VALIDATION = SubscriptionValidation("code", "https://rp:553/validate", event_id="e3", topic="t", subject="", time="n")
UNKNOWN = UnknownEvent("Contoso.Thing", {"a": [1]}, event_id="e4", topic="t", subject="s", time="n")


def example(name: str) -> bytes:
    return (DATA / "examples" / name).read_bytes()


# --- the published examples


@pytest.mark.parametrize("schema", ["event-grid", "cloud-events"])
def test_an_incoming_call_is_read_in_both_schemas(schema: Schema) -> None:
    name = {"event-grid": "event-grid", "cloud-events": "cloudevents"}[schema]
    delivery = decode(
        example(f"incoming_call.{name}.json"), {"aeg-event-type": "Notification", "AEG-Subscription-Name": "CALLS"}
    )
    assert (delivery.kind, delivery.schema, delivery.subscription_name, delivery.delivery_count) == (
        "Notification",
        schema,
        "CALLS",
        0,
    )
    (call,) = delivery.events
    assert isinstance(call, IncomingCall)
    assert (call.from_.raw_id, call.to.raw_id) == ("{caller-id}", "{recipient-id}")
    assert call.incoming_call_context == "{incoming-call-contextValue}"
    assert call.custom_context.sip_headers["X-MS-Custom-myheader1"] == "35567842"
    assert call.custom_context.voip_headers == {"customHeader": "customValue"}
    assert call.correlation_id == "correlationId"
    assert (call.on_behalf_of_callee is None) == (schema == "cloud-events")
    assert call.topic.endswith("{communication-services-resource-name}")
    assert call.time == "2023-04-04T17:18:42.5542219Z"


def test_a_recording_is_read_although_its_version_is_misspelled() -> None:
    delivery = decode(example("recording_file_status_updated.cloudevents.json"), {})
    assert delivery.schema == "cloud-events"
    (found,) = delivery.events
    assert isinstance(found, RecordingFileStatusUpdated)
    assert found.recording_duration_ms == 6620
    assert [chunk.end_reason for chunk in found.chunks] == ["SessionEnded"]


def test_the_validation_event_is_answered_with_its_code() -> None:
    delivery = decode(example("subscription_validation.event-grid.json"), {"aeg-event-type": "SubscriptionValidation"})
    assert delivery.kind == "SubscriptionValidation"
    (asked,) = delivery.events
    assert isinstance(asked, SubscriptionValidation)
    assert validation_response(asked) == {"validationResponse": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}
    assert asked.validation_url is not None
    assert ":553/" in asked.validation_url


# --- there and back


@pytest.mark.parametrize("schema", ["event-grid", "cloud-events"])
@pytest.mark.parametrize("event", [CALL, RECORDING, VALIDATION, UNKNOWN], ids=lambda event: type(event).__name__)
def test_what_is_delivered_is_read_as_it_was_meant(event: GridEvent, schema: Schema) -> None:
    body, headers = encode_delivery(event, schema, subscription_name="calls", delivery_count=2)
    delivery = decode(body, headers)
    assert delivery.events == (event,)
    assert delivery.schema == schema
    assert (delivery.subscription_name, delivery.delivery_count) == ("CALLS", 2)
    assert delivery.kind == ("SubscriptionValidation" if event is VALIDATION else "Notification")
    assert isinstance(json.loads(body), list) == (schema == "event-grid")


def test_a_batch_keeps_its_order() -> None:
    body = json.dumps([encode(event, "event-grid") for event in (UNKNOWN, CALL)])
    assert decode(body, {}).events == (UNKNOWN, CALL)


@pytest.mark.parametrize(
    ("event", "definition"),
    [(CALL, "AcsIncomingCallEventData"), (RECORDING, "AcsRecordingFileStatusUpdatedEventData")],
)
def test_what_is_delivered_fits_the_schema(event: GridEvent, definition: str) -> None:
    resolvable = {"$ref": f"#/definitions/{definition}", "definitions": DEFINITIONS["definitions"]}
    jsonschema.validate(encode(event, "event-grid")["data"], resolvable)


def test_a_type_is_known_whatever_its_case() -> None:
    sent = encode(CALL, "event-grid") | {"eventType": "microsoft.communication.incomingcall"}
    assert isinstance(decode(json.dumps(sent), {}).events[0], IncomingCall)


def test_nothing_of_the_caller_shows_itself() -> None:
    shown = repr(CALL)
    for private in ("5551230001", "Ann", "eyJhbG"):
        assert private not in shown


# --- the handshake by OPTIONS


def test_consent_echoes_the_origin() -> None:
    question = options_question("eventgrid.azure.net", rate=120)
    answer = options_answer({name.lower(): value for name, value in question.items()})
    assert answer == {"WebHook-Allowed-Origin": "eventgrid.azure.net", "WebHook-Allowed-Rate": "120", "Allow": "POST, OPTIONS"}
    assert options_accepted(answer, "eventgrid.azure.net")


def test_another_options_request_is_no_question() -> None:
    assert options_answer({"Origin": "https://x"}) is None


@pytest.mark.parametrize(
    ("answer", "consents"), [({}, False), ({"webhook-allowed-origin": "*"}, True), ({"WebHook-Allowed-Origin": "other"}, False)]
)
def test_only_the_header_consents(answer: dict[str, str], consents: bool) -> None:
    assert options_accepted(answer, "eventgrid.azure.net") is consents


def test_without_a_rate_any_rate_is_allowed() -> None:
    answer = options_answer(options_question("a"))
    assert answer is not None
    assert answer["WebHook-Allowed-Rate"] == "*"


# --- what breaks the protocol


def broken(event: GridEvent, **changed: Any) -> str:
    sent = encode(event, "event-grid")
    return json.dumps(sent | {"data": {**sent["data"], **changed}})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "an Event Grid delivery is not JSON: JSONDecodeError"),
        ("[null]", "an Event Grid delivery holds null, expected an event"),
        ("[{}]", "an Event Grid event has a type that is null, expected text"),
        (
            '{"type":"Microsoft.Communication.IncomingCall"}',
            "Microsoft.Communication.IncomingCall: `data` is null, expected an object",
        ),
        (broken(CALL, incomingCallContext=None), "Microsoft.Communication.IncomingCall lacks `incomingCallContext`"),
        (broken(CALL, **{"from": "Ann"}), "Microsoft.Communication.IncomingCall: `from` is text, expected an identifier"),
        (broken(CALL, customContext={"sipHeaders": 5}), "customContext: `sipHeaders` is a number, expected an object"),
        (
            broken(RECORDING, recordingStorageInfo={"recordingChunks": 5}),
            "Microsoft.Communication.RecordingFileStatusUpdated: `recordingStorageInfo.recordingChunks` is a number, "
            "expected a list",
        ),
        (
            broken(VALIDATION, validationCode=5),
            "Microsoft.EventGrid.SubscriptionValidationEvent: `validationCode` is a number, expected text",
        ),
    ],
)
def test_a_broken_delivery_is_named(body: str, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(body, {})
    assert str(caught.value) == sentence


MEMBERS = st.sampled_from(
    ["to", "from", "customContext", "incomingCallContext", "recordingStorageInfo", "validationCode", "rawId", "kind"]
)


@given(st.sampled_from([CALL, RECORDING, VALIDATION]), st.dictionaries(MEMBERS, JSON, max_size=4), st.text())
def test_almost_deliveries_are_read_or_refused(event: GridEvent, changed: dict[str, Any], count: str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(broken(event, **changed), {"aeg-delivery-count": count})


@given(st.binary() | JSON.map(json.dumps))
def test_garbage_is_the_peers_fault_and_nothing_worse(body: bytes | str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode(body, {})
