"""The dialect of Voice Live's dated api-versions (2025-10-01 to 2026-07-15): the canonical vocabulary, as it is."""

from __future__ import annotations

from typing import Any

from voiceagent.protocol.declared import read_object, write_json
from voiceagent.protocol.realtime import CLIENT_EVENTS, SERVER_EVENTS
from voiceagent.protocol.realtime_event import (
    ClientEvent,
    RealtimeEvent,
    ServerEvent,
    UnknownClientEvent,
    UnknownServerEvent,
    read_event,
    write_event,
)


def decode_server(frame: bytes | str) -> ServerEvent:
    """What the engine said. Raises RemoteProtocolError; a type we do not know is an `UnknownServerEvent`."""
    return read_event(read_object(frame, "an engine's message"), SERVER_EVENTS, UnknownServerEvent)


def decode_client(frame: bytes | str) -> ClientEvent:
    """What a client said. Raises RemoteProtocolError; a type we do not know is an `UnknownClientEvent`."""
    return read_event(read_object(frame, "a client's message"), CLIENT_EVENTS, UnknownClientEvent)


def encode(event: RealtimeEvent) -> dict[str, Any]:
    """The JSON object that stands for an event on this dialect's wire."""
    return write_event(event)


def encode_frame(event: RealtimeEvent) -> bytes:
    """The message itself."""
    return write_json(encode(event))
