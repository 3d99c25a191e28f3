"""The JSON frames on the media WebSocket of Azure Communication Services, in both directions and in every casing seen.

ACS speaks camelCase; applications answer in PascalCase (the documentation), camelCase or a mixture, so names and kinds are
compared without case. On the hot path nothing is parsed: `audio_payload` cuts the base64 text out of a plain frame, and ours
are AUDIO_PREFIX + payload + AUDIO_SUFFIX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from voiceagent.errors import LocalProtocolError, RemoteProtocolError
from voiceagent.protocol.declared import KINDS, Declarations, is_base64, json_type, read_object, write_json
from voiceagent.protocol.dtmf import KEYS, key_of

AUDIO_PREFIX = b'{"Kind":"AudioData","AudioData":{"Data":"'
AUDIO_SUFFIX = b'"},"StopAudio":null}'
"""What we send to the caller is AUDIO_PREFIX + payload + AUDIO_SUFFIX: the documented form."""

STOP_AUDIO = b'{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}'
"""Flush what the service has queued for the caller."""


@dataclass(frozen=True, slots=True)
class AudioMetadata:
    """The first frame of the service: what audio follows. `length` is the bytes of one frame."""

    subscription_id: str
    encoding: str
    sample_rate: int
    channels: int
    length: int


@dataclass(frozen=True, slots=True)
class AudioData:
    """Audio, as base64 text of 16-bit PCM; a silent frame may carry none. `participant` is a raw identifier or None."""

    payload: bytes
    timestamp: str | None = None
    participant: str | None = field(default=None, repr=False)
    silent: bool = False


@dataclass(frozen=True, slots=True)
class DtmfData:
    """A key pressed in the call: one of 0-9 * # A-D, however the service spelled it."""

    key: str
    timestamp: str | None = None
    participant: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StopAudio:
    """The application wants what is queued flushed."""


@dataclass(frozen=True, slots=True)
class UnknownFrame:
    """A frame of a kind not known here (marks of a preview, transcription): kept whole."""

    kind: str
    raw: Mapping[str, Any]


Frame = AudioMetadata | AudioData | DtmfData | StopAudio | UnknownFrame

_WIRE = {
    "subscription_id": "subscriptionId",
    "sample_rate": "sampleRate",
    "participant": "participantRawID",
    "payload": "data",
    "key": "data",
}


_METADATA = Declarations(KINDS, spelling=lambda name: _WIRE.get(name, name).lower())

# --- reading


def decode(frame: bytes | str) -> Frame:
    """The frame that a WebSocket message is. Raises RemoteProtocolError when it breaks the protocol."""
    raw = read_object(frame, "a media frame")
    members = _caseless(raw)
    kind = members.get("kind")
    if type(kind) is not str:
        raise RemoteProtocolError(f"a media frame has a `kind` that is {json_type(kind)}, expected text")
    match kind.lower():
        case "audiodata":
            return _audio_data(_body(members, "audioData"))
        case "audiometadata":
            body = _body(members, "audioMetadata")
            return AudioMetadata(**_METADATA.read(AudioMetadata, body, "AudioMetadata"))
        case "dtmfdata":
            return _dtmf_data(_body(members, "dtmfData"))
        case "stopaudio":
            return StopAudio()
    return UnknownFrame(kind, raw)


def _caseless(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in members.items()}


def _body(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    body = members.get(name.lower())
    if type(body) is not dict:
        raise RemoteProtocolError(f"a media frame of this kind needs `{name}`, which is {json_type(body)}")
    return _caseless(body)


def _audio_data(body: Mapping[str, Any]) -> AudioData:
    data = body.get("data")
    payload = b"" if data is None else data.encode("utf-8", "replace") if type(data) is str else None
    if payload is None or not is_base64(payload):
        raise RemoteProtocolError(f"AudioData: `data` is {json_type(data)}, expected base64 text")
    silent = body.get("silent", body.get("issilent"))
    if silent is not None and type(silent) is not bool:
        raise RemoteProtocolError(f"AudioData: `silent` is {json_type(silent)}, expected true or false")
    # A frame that does not say whether it is silent is not: taking it for silence would mute the caller.
    return AudioData(payload, _text(body, "timestamp", "AudioData"), _participant(body, "AudioData"), silent=bool(silent))


def _dtmf_data(body: Mapping[str, Any]) -> DtmfData:
    data = body.get("data")
    key = key_of(data) if type(data) is str else None
    if key is None:
        raise RemoteProtocolError("DtmfData: `data` names no key of a telephone")
    return DtmfData(key, _text(body, "timestamp", "DtmfData"), _participant(body, "DtmfData"))


def _participant(body: Mapping[str, Any], what: str) -> str | None:
    named = "participantrawid" if "participantrawid" in body else "participant"
    return _text(body, named, what)


def _text(body: Mapping[str, Any], name: str, what: str) -> str | None:
    value = body.get(name)
    if value is not None and type(value) is not str:
        raise RemoteProtocolError(f"{what}: `{name}` is {json_type(value)}, expected text")
    return value


# --- the short path

_BESIDE = rb'(?:"(?:timestamp|participantRawID)": ?(?:"[ !#-\[\]-~]*"|null)|"silent": ?(?:true|false|null))'
_CALLER_AUDIO = re.compile(rb'\{"kind": ?"AudioData", ?"audioData": ?\{(?:' + _BESIDE + rb', ?)*"data": ?"')
_CALLER_TAIL = re.compile(rb'"(?:, ?' + _BESIDE + rb")*\}\}")
# By far the most frequent endings, so that the expression above runs rarely.
_CALLER_TAILS = (b'","silent":false}}', b'","silent":true}}', b'"}}')


def audio_payload(frame: bytes) -> bytes | None:
    """The base64 text of an AudioData frame of ACS (or of ours), without parsing it.

    None when the frame is anything else, has no audio or is not perfectly plain: then `decode` it. Never wrong: whenever this
    answers, `decode(frame).payload` is the same.
    """
    if frame.startswith(AUDIO_PREFIX):
        if not frame.endswith(AUDIO_SUFFIX):
            return None
        payload = frame[len(AUDIO_PREFIX) : -len(AUDIO_SUFFIX)]
        return payload if payload and is_base64(payload) else None
    head = _CALLER_AUDIO.match(frame)
    if head is None:
        return None
    opening = head.end()
    closing = frame.find(b'"', opening)
    payload = frame[opening:closing]
    tail = frame[closing:]
    if not payload or (tail not in _CALLER_TAILS and not _CALLER_TAIL.fullmatch(tail)):
        return None
    return payload if is_base64(payload) else None


# --- writing


def encode_audio(payload: bytes) -> bytes:
    """Audio for the caller, in the documented form (application to ACS)."""
    return AUDIO_PREFIX + payload + AUDIO_SUFFIX


def encode_metadata(metadata: AudioMetadata) -> bytes:
    """The first frame of a media connection (ACS to application)."""
    body = {
        "subscriptionId": metadata.subscription_id,
        "encoding": metadata.encoding,
        "sampleRate": metadata.sample_rate,
        "channels": metadata.channels,
        "length": metadata.length,
    }
    return write_json({"kind": "AudioMetadata", "audioMetadata": body})


def encode_caller_audio(audio: AudioData) -> bytes:
    """Audio of the caller (ACS to application); 50 of these a second, hence written by hand."""
    when = b"" if audio.timestamp is None else b'"timestamp":%b,' % _quoted(audio.timestamp)
    silent = b"true" if audio.silent else b"false"
    head = b'{"kind":"AudioData","audioData":{%b"participantRawID":%b,"data":"' % (when, _quoted(audio.participant))
    return head + audio.payload + b'","silent":%b}}' % silent


@lru_cache(maxsize=256)
def _quoted(text: str | None) -> bytes:
    """All calls of a beat have the same time, and all frames of a call the same participant."""
    return write_json(text)


def encode_dtmf(pressed: DtmfData) -> bytes:
    """A key pressed by the caller (ACS to application)."""
    if pressed.key not in KEYS:
        raise LocalProtocolError(f"{pressed.key!r} is not a key of a telephone ({KEYS})")
    body: dict[str, Any] = {"data": pressed.key}
    if pressed.timestamp is not None:
        body["timestamp"] = pressed.timestamp
    if pressed.participant is not None:
        body["participantRawID"] = pressed.participant
    return write_json({"kind": "DtmfData", "dtmfData": body})
