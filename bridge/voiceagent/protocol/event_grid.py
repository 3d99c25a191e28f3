"""Deliveries of Azure Event Grid to a webhook, in both schemas, with the handshake of each.

Deliveries come at least once and in no particular order. An incoming call rings for thirty seconds only, and Event Grid does
not sign what it sends: who may post is decided by the server (a secret in the address, Entra), not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from voiceagent.discreet import Words
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.declared import KINDS, Declarations, Kind, WrongMember, camel, json_type, read_json, write_json
from voiceagent.protocol.identifiers import Identifier, from_json

Schema = Literal["event-grid", "cloud-events"]
Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridEvent:
    """What every event carries. `topic` is the ARM id of the resource it is about (CloudEvents: `source`).

    `received_at` and `validated_at` are not on the wire: when it came to us, and when we knew that we may believe it.
    """

    TYPE: ClassVar[str] = ""
    event_id: str = ""
    topic: str = ""
    subject: str = field(default="", repr=False)
    time: str = ""
    received_at: float = field(default=0.0, compare=False)
    validated_at: float = field(default=0.0, compare=False)

    @property
    def type(self) -> str:
        """The type on the wire."""
        return self.TYPE


@dataclass(frozen=True, slots=True)
class CustomContext:
    """Headers that came with a call."""

    sip_headers: Object = field(default_factory=dict, repr=False)
    voip_headers: Object = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class IncomingCall(GridEvent):
    """Somebody calls us. `incoming_call_context` is the opaque token to answer, redirect or reject with."""

    TYPE = "Microsoft.Communication.IncomingCall"
    to: Identifier
    from_: Identifier = field(metadata={"wire": "from"})
    incoming_call_context: str = field(repr=False)
    server_call_id: str = ""
    correlation_id: str = ""
    caller_display_name: Words = Words("")  # noqa: RUF009  an immutable string
    custom_context: CustomContext = CustomContext()
    on_behalf_of_callee: Identifier | None = None


@dataclass(frozen=True, slots=True)
class RecordingChunk:
    """A file of a recording, and where to fetch and delete it."""

    document_id: str
    content_location: str
    index: int = 0
    end_reason: str | None = None
    metadata_location: str | None = None
    delete_location: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingFileStatusUpdated(GridEvent):
    """The files of a recording are ready, minutes after it stopped."""

    TYPE = "Microsoft.Communication.RecordingFileStatusUpdated"
    chunks: tuple[RecordingChunk, ...] = field(metadata={"wire": "recordingStorageInfo"})
    recording_start_time: str | None = None
    recording_duration_ms: int | None = None
    recording_content_type: str | None = None
    recording_channel_type: str | None = None
    recording_format_type: str | None = None
    session_end_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionValidation(GridEvent):
    """Event Grid asks whether we want its events (Event Grid schema); answer 200 with `validation_response`."""

    TYPE = "Microsoft.EventGrid.SubscriptionValidationEvent"
    validation_code: str = field(repr=False)
    validation_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UnknownEvent(GridEvent):
    """An event of a type not declared here; `data` is its own part. Answer 200, or Event Grid repeats it for a day."""

    kind: str
    data: Any = field(repr=False)

    @property
    def type(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST. `kind` is SubscriptionValidation, Notification, SubscriptionDeletion, or "" when no header tells."""

    kind: str
    schema: Schema
    events: tuple[GridEvent, ...]
    subscription_name: str = ""
    delivery_count: int = 0


# --- reading


def _chunks(value: Any) -> tuple[RecordingChunk, ...]:
    listed = KINDS["Object"].read(value).get("recordingChunks") or []
    if type(listed) is not list:
        raise WrongMember("a list", listed, within="recordingChunks")
    return tuple(RecordingChunk(**_EVENTS.read(RecordingChunk, KINDS["Object"].read(one), "recordingChunks")) for one in listed)


_EVENTS: Declarations = Declarations(
    {
        **KINDS,
        "Identifier": Kind(from_json, Identifier.to_json),
        "Words": Kind(lambda value: Words(KINDS["str"].read(value)), lambda words: words.shown),
        "CustomContext": Kind(
            lambda value: CustomContext(**_EVENTS.read(CustomContext, KINDS["Object"].read(value), "customContext")),
            lambda context: _EVENTS.write(context),
        ),
        "tuple[RecordingChunk, ...]": Kind(
            _chunks, lambda chunks: {"recordingChunks": [_EVENTS.write(chunk) for chunk in chunks]}
        ),
    },
    spelling=camel,
    skip=frozenset({"event_id", "topic", "subject", "time", "received_at", "validated_at"}),
)
_TYPES: Mapping[str, type[GridEvent]] = {
    one.TYPE.lower(): one for one in (IncomingCall, RecordingFileStatusUpdated, SubscriptionValidation)
}


def decode(body: bytes | str, headers: Mapping[str, str]) -> Delivery:
    """What Event Grid delivered: one event or a batch, in either schema. Raises RemoteProtocolError.

    Header names are compared without case.
    """
    found = read_json(body, "an Event Grid delivery")
    events = found if isinstance(found, list) else [found]
    plain = {name.lower(): value for name, value in headers.items()}
    cloud = any(type(one) is dict and ("specversion" in one or "specVersion" in one) for one in events)
    count = plain.get("aeg-delivery-count", "")
    return Delivery(
        plain.get("aeg-event-type", ""),
        "cloud-events" if cloud else "event-grid",
        tuple(_read(one) for one in events),
        plain.get("aeg-subscription-name", ""),
        int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 0,
    )


def _read(event: Any) -> GridEvent:
    if type(event) is not dict:
        raise RemoteProtocolError(f"an Event Grid delivery holds {json_type(event)}, expected an event")
    kind = event.get("eventType", event.get("type"))
    if type(kind) is not str:
        raise RemoteProtocolError(f"an Event Grid event has a type that is {json_type(kind)}, expected text")
    envelope: dict[str, Any] = {
        "event_id": _plain(event.get("id")),
        "topic": _plain(event.get("topic", event.get("source"))),
        "subject": _plain(event.get("subject")),
        "time": _plain(event.get("eventTime", event.get("time"))),
    }
    cls, data = _TYPES.get(kind.lower()), event.get("data")
    if cls is None:
        return UnknownEvent(kind, data, **envelope)
    if type(data) is not dict:
        raise RemoteProtocolError(f"{kind}: `data` is {json_type(data)}, expected an object")
    return cls(**_EVENTS.read(cls, data, kind), **envelope)


def _plain(value: Any) -> str:
    return value if type(value) is str else ""


# --- the two handshakes


def validation_response(event: SubscriptionValidation) -> dict[str, str]:
    """The body that accepts a subscription (Event Grid schema). The status must be 200: 202 does not count."""
    return {"validationResponse": event.validation_code}


def options_answer(headers: Mapping[str, str]) -> dict[str, str] | None:
    """The headers that accept a subscription (CloudEvents schema), or None when the OPTIONS request is not such a question."""
    plain = {name.lower(): value for name, value in headers.items()}
    origin = plain.get("webhook-request-origin", "")
    if not origin:
        return None
    rate = plain.get("webhook-request-rate", "") or "*"
    return {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": rate, "Allow": "POST, OPTIONS"}


def options_question(origin: str, *, rate: int | None = None) -> dict[str, str]:
    """The headers with which Event Grid asks (CloudEvents schema)."""
    return {"WebHook-Request-Origin": origin, **({} if rate is None else {"WebHook-Request-Rate": str(rate)})}


def options_accepted(headers: Mapping[str, str], origin: str) -> bool:
    """Whether the answer to OPTIONS consents; its status alone proves nothing."""
    allowed = {name.lower(): value for name, value in headers.items()}.get("webhook-allowed-origin", "")
    return allowed in ("*", origin)


# --- writing, as Event Grid does


def encode(event: GridEvent, schema: Schema) -> dict[str, Any]:
    """One event on the wire."""
    data = event.data if isinstance(event, UnknownEvent) else _EVENTS.write(event)
    if schema == "cloud-events":
        return {
            "id": event.event_id,
            "source": event.topic,
            "subject": event.subject,
            "data": data,
            "type": event.type,
            "time": event.time,
            "specversion": "1.0",
        }
    return {
        "id": event.event_id,
        "topic": event.topic,
        "subject": event.subject,
        "data": data,
        "eventType": event.type,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": event.time,
    }


def encode_delivery(
    event: GridEvent, schema: Schema, *, subscription_name: str, delivery_count: int = 0
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the POST that delivers one event; the Event Grid schema wraps it in a list."""
    asked = isinstance(event, SubscriptionValidation)
    content = "application/json" if schema == "event-grid" else "application/cloudevents+json"
    headers = {
        "Content-Type": f"{content}; charset=utf-8",
        "aeg-event-type": "SubscriptionValidation" if asked else "Notification",
        "aeg-subscription-name": subscription_name.upper(),
        "aeg-delivery-count": str(delivery_count),
        "aeg-data-version": "1.0",
        "aeg-metadata-version": "1",
    }
    one = encode(event, schema)
    return write_json([one] if schema == "event-grid" else one), headers
