"""The bodies that Call Automation accepts, parsed at the door into typed values. A field that does not fit is a 400/8523."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from voiceagent.emulators.acs.errors import invalid
from voiceagent.protocol.declared import WrongMember
from voiceagent.protocol.identifiers import from_json

Body = Mapping[str, Any]

RATES = {"pcm16kmono": 16_000, "pcm24kmono": 24_000}
# unverified: invitation-timeout
DEFAULT_INVITATION_SECONDS = 60
"""Not documented; the documented maximum is 180."""

# unverified: most-targets
MOST_TARGETS = 50
"""People called at once. Not documented."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What mid-call operations share."""

    context: str | None = None
    callback_uri: str | None = None


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """`mediaStreamingOptions` of an answer."""

    url: str
    rate: int
    starts_at_once: bool
    bidirectional: bool
    dtmf: bool
    unmixed: bool


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """`transcriptionOptions` of an answer."""

    url: str
    locale: str
    starts_at_once: bool


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """How the app wants its leg: the same members whether it answers, places or joins a call (`context` is then empty)."""

    context: str
    callback_uri: str
    operation_context: str | None = None
    answered_by: str | None = None
    media: MediaRequest | None = None
    transcription: TranscriptionRequest | None = None
    has_speech: bool = False
    """A cognitive service is linked: words can be spoken and recognised."""


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A call that the app places to one or several people."""

    targets: tuple[str, ...]
    leg: AnswerRequest
    caller_number: str | None = None
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """A call that the app joins; without `server_call_id` it is a group's or a room's."""

    server_call_id: str | None
    leg: AnswerRequest


@dataclass(frozen=True, slots=True)
class MoveRequest:
    targets: tuple[str, ...]
    from_connection: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class InviteRequest:
    """Both addParticipant and transferToParticipant call somebody."""

    target: str
    operation: Operation
    timeout_ms: float
    transferee: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingRequest:
    server_call_id: str | None
    call_connection_id: str | None
    callback_uri: str | None
    content: str
    channel: str
    format: str
    paused: bool


def answer_request(body: Body, *, https_only: bool) -> AnswerRequest:
    return _leg(body, _text(body, "incomingCallContext"), body.get("answeredBy"), https_only=https_only)


def create_request(body: Body, *, https_only: bool) -> CreateRequest:
    targets, number = body.get("targets"), body.get("sourceCallerIdNumber")
    if not isinstance(targets, list) or not 0 < len(targets) <= MOST_TARGETS:
        raise invalid("Targets")
    people = tuple(identifier({"targets": one}, "targets") for one in targets)
    for one in people:
        _caller_id_for(one, body)
    return CreateRequest(
        people,
        _leg(body, "", body.get("source"), https_only=https_only),
        number.get("value") if isinstance(number, Mapping) else None,
        str(body.get("sourceDisplayName") or ""),
    )


def connect_request(body: Body, *, https_only: bool) -> ConnectRequest:
    locator = body.get("callLocator")
    kind = str(locator.get("kind", "")).lower() if isinstance(locator, Mapping) else ""
    names = {"servercalllocator": "serverCallId", "groupcalllocator": "groupCallId", "roomcalllocator": "roomId"}
    if not isinstance(locator, Mapping) or kind not in names:
        raise invalid("CallLocator")
    name = _text(locator, names[kind])
    return ConnectRequest(name if kind == "servercalllocator" else None, _leg(body, "", None, https_only=https_only))


def move_request(body: Body) -> MoveRequest:
    targets = body.get("targetParticipants")
    if not isinstance(targets, list) or not targets:
        raise invalid("TargetParticipants")
    people = tuple(identifier({"targetParticipants": one}, "targetParticipants") for one in targets)
    return MoveRequest(people, _text(body, "fromCall"), operation(body))


def _leg(body: Body, context: str, user: object, *, https_only: bool) -> AnswerRequest:
    media, transcription = body.get("mediaStreamingOptions"), body.get("transcriptionOptions")
    web, sockets = (("https",), ("wss",)) if https_only else (("https", "http"), ("wss", "ws"))
    intelligence = body.get("callIntelligenceOptions")
    return AnswerRequest(
        context=context,
        callback_uri=_url(body, "callbackUri", web),
        operation_context=_optional(body, "operationContext"),
        answered_by=user.get("id") if isinstance(user, Mapping) else None,
        media=_media(media, sockets) if isinstance(media, Mapping) else None,
        transcription=_transcription(transcription, sockets) if isinstance(transcription, Mapping) else None,
        has_speech=isinstance(intelligence, Mapping) and bool(intelligence.get("cognitiveServicesEndpoint")),
    )


def _transcription(body: Body, schemes: tuple[str, ...]) -> TranscriptionRequest:
    if str(body.get("transportType", "")).lower() != "websocket":
        raise invalid("transcriptionOptions.transportType")
    return TranscriptionRequest(
        url=_url(body, "transportUrl", schemes),
        locale=_text(body, "locale"),
        starts_at_once=bool(body.get("startTranscription", False)),
    )


def _media(body: Body, schemes: tuple[str, ...]) -> MediaRequest:
    if str(body.get("transportType", "")).lower() != "websocket":
        raise invalid("mediaStreamingOptions.transportType")
    channels = str(body.get("audioChannelType", "")).lower()
    if channels not in ("mixed", "unmixed"):
        raise invalid("mediaStreamingOptions.audioChannelType")
    rate = RATES.get(str(body.get("audioFormat") or "pcm16KMono").lower())
    if rate is None:
        raise invalid("mediaStreamingOptions.audioFormat")
    return MediaRequest(
        url=_url(body, "transportUrl", schemes),
        rate=rate,
        starts_at_once=bool(body.get("startMediaStreaming", False)),
        bidirectional=bool(body.get("enableBidirectional", False)),
        dtmf=bool(body.get("enableDtmfTones", False)),
        unmixed=channels == "unmixed",
    )


def operation(body: Body) -> Operation:
    callback = _optional(body, "operationCallbackUri")
    return Operation(
        _optional(body, "operationContext"), _url(body, "operationCallbackUri", ("https", "http")) if callback else None
    )


def add_request(body: Body) -> InviteRequest:
    seconds = body.get("invitationTimeoutInSeconds") or DEFAULT_INVITATION_SECONDS
    if not isinstance(seconds, int) or not 0 < seconds <= 180:
        raise invalid("InvitationTimeoutInSeconds")
    target = identifier(body, "participantToAdd")
    _caller_id_for(target, body)
    return InviteRequest(target, operation(body), seconds * 1000.0)


def transfer_request(body: Body) -> InviteRequest:
    transferee = identifier(body, "transferee") if body.get("transferee") else None
    return InviteRequest(
        identifier(body, "targetParticipant"), operation(body), DEFAULT_INVITATION_SECONDS * 1000.0, transferee
    )


def mute_targets(body: Body) -> str:
    """The one participant to mute; exactly one is allowed."""
    targets = body.get("targetParticipants")
    if not isinstance(targets, list) or len(targets) != 1:
        raise invalid("TargetParticipants")
    return identifier({"targetParticipants": targets[0]}, "targetParticipants")


def recording_request(body: Body) -> RecordingRequest:
    locator = body.get("callLocator")
    server_call_id = locator.get("serverCallId") if isinstance(locator, Mapping) else None
    connection_id = body.get("callConnectionId")
    if not server_call_id and not connection_id:
        raise invalid("CallLocator")
    channel = str(body.get("recordingChannelType") or "mixed").lower()
    shape = str(body.get("recordingFormatType") or "wav").lower()
    if channel == "unmixed" and shape != "wav":
        raise invalid("RecordingFormatType")
    return RecordingRequest(
        server_call_id,
        connection_id,
        _optional(body, "recordingStateCallbackUri"),
        str(body.get("recordingContentType") or "audio").lower(),
        channel,
        shape,
        bool(body.get("pauseOnStart", False)),
    )


def identifier(body: Body, field: str) -> str:
    """The raw id of an identifier, which the SDK sends without its `kind`."""
    try:
        found = from_json(body.get(field))
    except WrongMember as error:
        raise invalid(field[0].upper() + field[1:]) from error
    return found.raw_id.shown


def _caller_id_for(target: str, body: Body) -> None:
    number = body.get("sourceCallerIdNumber")
    if target.startswith("4:") and not (isinstance(number, Mapping) and number.get("value")):
        raise invalid("SourceCallerIdNumber")


def _text(body: Body, field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise invalid(field[0].upper() + field[1:])
    return value


def _optional(body: Body, field: str) -> str | None:
    """A text that may be left out, or be null."""
    value = body.get(field)
    if value is not None and not isinstance(value, str):
        raise invalid(field[0].upper() + field[1:])
    return value


def _url(body: Body, field: str, schemes: tuple[str, ...]) -> str:
    value = _text(body, field)
    try:
        parts = urlsplit(value)
    except ValueError as error:  # such as half a bracket of an IPv6 address
        raise invalid(field[0].upper() + field[1:]) from error
    if parts.scheme not in schemes or not parts.hostname:
        raise invalid(field[0].upper() + field[1:])
    return value
