"""What Azure Call Automation reports about a call: CloudEvents posted to our callback address, read and written.

All report classes can be had from here. Reports may be repeated, reordered, and arrive before the answer to the request that
caused them: `event_id` and the sequence numbers of some types are there for that.
"""

from __future__ import annotations

from typing import Any

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.acs_callback_types import *  # noqa: F403  one vocabulary, two files
from voiceagent.protocol.acs_callback_types import (
    CALLBACKS,
    PREFIX,
    Callback,
    Cause,
    MediaStreamingUpdate,
    Participant,
    Result,
    TranscriptionUpdate,
    UnknownCallback,
)
from voiceagent.protocol.declared import KINDS, Declarations, Kind, WrongMember, camel, json_type, read_json
from voiceagent.protocol.dtmf import key_of, word_of
from voiceagent.protocol.identifiers import Identifier, from_json

DATA_VERSION = "2024-09-15"
"""The `version` that our own events carry; the service's varies and is not to be relied on."""


def _nested(cls: type[Any], name: str) -> Kind:
    def read(value: Any) -> Any:
        return cls(**_CALLBACKS.read(cls, KINDS["Object"].read(value), name))

    return Kind(read, lambda value: _CALLBACKS.write(value))


def _key(value: Any) -> str:
    key = key_of(value) if type(value) is str else None
    if key is None:
        raise WrongMember("a telephone key", value)
    return key


_PARTICIPANT = _nested(Participant, "participants")
_CALLBACKS: Declarations = Declarations(
    {
        **KINDS,
        "Key": Kind(_key, word_of),
        "Identifier": Kind(from_json, Identifier.to_json),
        "Cause": _nested(Cause, "resultInformation"),
        "Result": _nested(Result, "resultInformation"),
        "MediaStreamingUpdate": _nested(MediaStreamingUpdate, "mediaStreamingUpdate"),
        "TranscriptionUpdate": _nested(TranscriptionUpdate, "transcriptionUpdate"),
        "tuple[Participant, ...]": Kind(
            lambda value: tuple(_PARTICIPANT.read(one) for one in KINDS["list[Any]"].read(value)),
            lambda found: [_PARTICIPANT.write(one) for one in found],
        ),
    },
    spelling=camel,
    skip=frozenset({"event_id", "time", "kind", "raw"}),
)


def decode(body: bytes | str) -> list[Callback]:
    """The reports in a POST: usually one, possibly several. Raises RemoteProtocolError when one breaks its declaration."""
    found = read_json(body, "a callback")
    events = found if isinstance(found, list) else [found]
    return [_read(event) for event in events]


def _read(event: Any) -> Callback:
    if type(event) is not dict:
        raise RemoteProtocolError(f"a callback holds {json_type(event)}, expected an event")
    kind, data = event.get("type"), event.get("data")
    if type(kind) is not str:
        raise RemoteProtocolError(f"a callback has a `type` that is {json_type(kind)}, expected text")
    if type(data) is not dict:
        raise RemoteProtocolError(f"{kind}: `data` is {json_type(data)}, expected an object")
    cls = CALLBACKS.get(kind.removeprefix(PREFIX)) if kind.startswith(PREFIX) else None
    found = _CALLBACKS.read(cls or Callback, data, kind)
    found |= {"event_id": _plain(event.get("id")), "time": _plain(event.get("time"))}
    return UnknownCallback(kind, event, **found) if cls is None else cls(**found)


def _plain(value: Any) -> str:
    return value if type(value) is str else ""


def encode(callback: Callback) -> dict[str, Any]:
    """The CloudEvent that the service posts for a report. The POST's body is a list of these."""
    if isinstance(callback, UnknownCallback):
        return dict(callback.raw)
    about = f"calling/callConnections/{callback.call_connection_id}"
    data = {"eventSource": about, **_CALLBACKS.write(callback), "version": DATA_VERSION, "publicEventType": callback.type}
    return {
        "id": callback.event_id,
        "source": about,
        "type": callback.type,
        "data": data,
        "time": callback.time,
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "subject": about,
    }
