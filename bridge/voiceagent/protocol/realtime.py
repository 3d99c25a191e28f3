"""The one vocabulary of realtime engines, and the short path for the two messages that carry audio.

All event classes can be had from here. Canonical names are those of the dated Voice Live versions; `voice_live` speaks them as
they are, `openai_ga` translates. Audio is spliced out of and into messages as base64 text without parsing: `audio_delta`
answers None for whatever is not perfectly plain, and the caller then reads the whole message.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from voiceagent.protocol.azure_events import *  # noqa: F403  one vocabulary, four files
from voiceagent.protocol.azure_events import AZURE_EVENTS
from voiceagent.protocol.client_events import *  # noqa: F403
from voiceagent.protocol.client_events import CLIENT_EVENTS as CLIENT_EVENTS
from voiceagent.protocol.declared import is_base64
from voiceagent.protocol.realtime_event import ClientEvent as ClientEvent
from voiceagent.protocol.realtime_event import RealtimeEvent as RealtimeEvent
from voiceagent.protocol.realtime_event import ServerEvent as ServerEvent
from voiceagent.protocol.realtime_event import UnknownClientEvent as UnknownClientEvent
from voiceagent.protocol.realtime_event import UnknownServerEvent as UnknownServerEvent
from voiceagent.protocol.response_events import *  # noqa: F403
from voiceagent.protocol.response_events import RESPONSE_EVENTS
from voiceagent.protocol.server_events import *  # noqa: F403
from voiceagent.protocol.server_events import SESSION_EVENTS

SERVER_EVENTS = {**SESSION_EVENTS, **RESPONSE_EVENTS, **AZURE_EVENTS}
"""Every declared server event by its type."""

APPEND_PREFIX = b'{"type":"input_audio_buffer.append","audio":"'
APPEND_SUFFIX = b'"}'
"""Caller audio for the engine is APPEND_PREFIX + payload + APPEND_SUFFIX."""

_PLAIN = rb'"([ !#-\[\]-~]*)"'  # a JSON string that says nothing in escapes
_WHOLE = rb"(0|[1-9][0-9]{0,8})"
# All members of an audio delta in any order, the audio itself last, as every engine seen sends it.
_AUDIO_DELTA = re.compile(
    rb'\{ ?(?:"(?:event_id": ?'
    + _PLAIN
    + rb'|type": ?"(response\.(?:output_)?audio\.delta)"|response_id": ?'
    + _PLAIN
    + rb'|item_id": ?'
    + _PLAIN
    + rb'|output_index": ?'
    + _WHOLE
    + rb'|content_index": ?'
    + _WHOLE
    + rb'), ?)+"delta": ?"'
)
# All that stands before the audio fits in here, whatever its order; a longer search would cost every other event.
_HEAD = 320
_TAILS = (b'"}', b'" }')
_ID_TAIL = re.compile(rb'", ?"event_id": ?' + _PLAIN + rb" ?\}")  # some servers put their id last


class AudioDelta(NamedTuple):
    """A stretch of the engine's speech; `payload` is base64 text of any length."""

    response_id: str
    item_id: str
    payload: bytes


def audio_delta(frame: bytes) -> AudioDelta | None:
    """The speech in a `response.audio.delta` (or GA `response.output_audio.delta`), or None: then read the event in full."""
    if frame.find(b'audio.delta"', 0, _HEAD) < 0:
        return None
    head = _AUDIO_DELTA.match(frame)
    if head is None:
        return None
    _, kind, response_id, item_id, output_index, content_index = head.groups()
    if not (kind and output_index and content_index) or response_id is None or item_id is None:
        return None
    payload = _payload_after(frame, head.end())
    return None if payload is None else AudioDelta(response_id.decode(), item_id.decode(), payload)


def _payload_after(frame: bytes, opening: int) -> bytes | None:
    """The base64 text that begins at `opening` and is the last thing in the message, but for an id."""
    closing = frame.find(b'"', opening)
    tail = frame[closing:]
    if tail not in _TAILS and not _ID_TAIL.fullmatch(tail):
        return None
    payload = frame[opening:closing]
    return payload if is_base64(payload) else None
