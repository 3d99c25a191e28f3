"""The JSON messages on the WebSocket of Twilio Media Streams, in both directions.

A stream of `<Connect><Stream>` is two-way: 8 kHz µ-law as base64, without headers. Twilio plays what it is sent in order and
without a gap, answers a `mark` when everything sent before it has been played, and answers all marks at once on `clear`.
Public facts: twilio.com/docs/voice/media-streams/websocket-messages and twilio.com/docs/voice/twiml/stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.errors import LocalProtocolError, RemoteProtocolError
from voiceagent.protocol.declared import is_base64, json_type, read_object, write_json
from voiceagent.protocol.dtmf import KEYS, key_of

ENCODING = "audio/x-mulaw"
RATE = 8000


@dataclass(frozen=True, slots=True)
class Connected:
    """The first message of Twilio: which protocol follows."""

    protocol: str
    version: str


@dataclass(frozen=True, slots=True)
class Started:
    """The second message of Twilio: what the stream belongs to and how it sounds. `parameters` are the `<Parameter>`s."""

    stream_sid: str
    call_sid: str
    account_sid: str
    encoding: str = ENCODING
    sample_rate: int = RATE
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """Audio, as base64 text of µ-law. From Twilio `track` is inbound; an application sends none."""

    payload: bytes
    track: str = ""


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key the caller pressed: one of 0-9 * # A-D."""

    key: str


@dataclass(frozen=True, slots=True)
class Mark:
    """From us: tell me when all this has been played. From Twilio: it has, or it was cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """From us: forget what has not been played."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The last message of Twilio: the stream is over, because the call is or does something else."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class UnknownMessage:
    """A message of a kind not known here: kept whole."""

    event: str
    raw: Mapping[str, Any]


Message = Connected | Started | Media | Dtmf | Mark | Clear | Stopped | UnknownMessage

# --- reading


def decode(frame: bytes | str) -> Message:
    """The message that a WebSocket text is. Raises RemoteProtocolError when it breaks the protocol."""
    raw = read_object(frame, "a Twilio message")
    event = raw.get("event")
    match event:
        case "media":
            return _media(_body(raw, "media"))
        case "mark":
            return Mark(_text(_body(raw, "mark"), "name", "mark"))
        case "connected":
            return Connected(_text(raw, "protocol", "connected"), _text(raw, "version", "connected"))
        case "start":
            return _started(_body(raw, "start"))
        case "dtmf":
            key = key_of(_text(_body(raw, "dtmf"), "digit", "dtmf"))
            if key is None:
                raise RemoteProtocolError("dtmf: `digit` names no key of a telephone")
            return Dtmf(key)
        case "stop":
            return Stopped(_text(_body(raw, "stop"), "callSid", "stop"))
        case "clear":
            return Clear()
    if type(event) is not str:
        raise RemoteProtocolError(f"a Twilio message has an `event` that is {json_type(event)}, expected text")
    return UnknownMessage(event, raw)


def _media(body: Mapping[str, Any]) -> Media:
    payload = _text(body, "payload", "media").encode("utf-8", "replace")
    if not is_base64(payload):
        raise RemoteProtocolError("media: `payload` is not base64 text")
    return Media(payload, str(body.get("track") or ""))


def _started(body: Mapping[str, Any]) -> Started:
    sound = _body(body, "mediaFormat")
    rate, channels, given = sound.get("sampleRate"), sound.get("channels"), body.get("customParameters") or {}
    if type(rate) is not int or type(channels) is not int or type(given) is not dict:
        raise RemoteProtocolError("start: `mediaFormat` or `customParameters` is not what it is documented to be")
    return Started(
        stream_sid=_text(body, "streamSid", "start"),
        call_sid=_text(body, "callSid", "start"),
        account_sid=_text(body, "accountSid", "start"),
        encoding=_text(sound, "encoding", "start.mediaFormat"),
        sample_rate=rate,
        channels=channels,
        parameters={str(name): str(value) for name, value in given.items()},
    )


def _body(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    body = members.get(name)
    if type(body) is not dict:
        raise RemoteProtocolError(f"a Twilio message needs `{name}`, which is {json_type(body)}")
    return body


def _text(members: Mapping[str, Any], name: str, what: str) -> str:
    value = members.get(name)
    if type(value) is not str:
        raise RemoteProtocolError(f"{what}: `{name}` is {json_type(value)}, expected text")
    return value


# --- writing: the application


def encode_media(stream_sid: str, payload: bytes) -> bytes:
    """Audio for the caller; `payload` is base64 text of µ-law."""
    return b'{"event":"media","streamSid":%b,"media":{"payload":"%b"}}' % (write_json(stream_sid), payload)


def encode_mark(stream_sid: str, name: str) -> bytes:
    """Ask to be told when everything sent so far has been played."""
    return write_json({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def encode_clear(stream_sid: str) -> bytes:
    """Flush what is queued for the caller."""
    return write_json({"event": "clear", "streamSid": stream_sid})


# --- writing: Twilio


class TwilioSide:
    """What Twilio sends on one stream: numbered messages, numbered chunks of audio, times from the stream's start."""

    def __init__(self, started: Started) -> None:
        self._started = started
        self._number = 0
        self._chunk = 0

    def connected(self) -> bytes:
        return write_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self) -> bytes:
        told = self._started
        body = {
            "accountSid": told.account_sid,
            "streamSid": told.stream_sid,
            "callSid": told.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": told.encoding, "sampleRate": told.sample_rate, "channels": told.channels},
            "customParameters": dict(told.parameters),
        }
        return self._message("start", {"start": body})

    def media(self, payload: bytes) -> bytes:
        """20 ms of the caller."""
        self._chunk += 1
        told = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(self._chunk * 20),
            "payload": payload.decode("ascii"),
        }
        return self._message("media", {"media": told})

    def dtmf(self, key: str) -> bytes:
        if key not in KEYS:
            raise LocalProtocolError(f"{key!r} is not a key of a telephone ({KEYS})")
        return self._message("dtmf", {"dtmf": {"track": "inbound_track", "digit": key}})

    def mark(self, name: str) -> bytes:
        return self._message("mark", {"mark": {"name": name}})

    def stop(self) -> bytes:
        told = {"accountSid": self._started.account_sid, "callSid": self._started.call_sid}
        return self._message("stop", {"stop": told})

    def _message(self, event: str, body: Mapping[str, Any]) -> bytes:
        self._number += 1
        head = {"event": event, "sequenceNumber": str(self._number), "streamSid": self._started.stream_sid}
        return write_json({**head, **body})
