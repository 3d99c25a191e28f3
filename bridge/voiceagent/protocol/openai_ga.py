"""The GA words: of OpenAI, Azure OpenAI and Foundry voice agents, and (in a wider shape) of Voice Live's `v1`.

Three things differ from the canonical vocabulary: names of events, names of content parts inside items, and the shape of
sessions and responses. What has no canonical place stays where it is, so that reading and writing again gives the same JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voiceagent.protocol.declared import read_object, write_json
from voiceagent.protocol.nesting import Json, Path, Shape, flatten, gather_voice, nest, spread_voice
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

TYPE_TO_CANONICAL = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
TYPE_TO_GA = {canonical: ga for ga, canonical in TYPE_TO_CANONICAL.items()}
# Only inside items: `part` of response.content_part.* keeps the short names in GA too.
_PART_TO_CANONICAL = {"output_text": "text", "output_audio": "audio"}
_PART_TO_GA = {canonical: ga for ga, canonical in _PART_TO_CANONICAL.items()}

SESSION_PATHS: Mapping[str, Path] = {
    "modalities": ("output_modalities",),
    "max_response_output_tokens": ("max_output_tokens",),
    "voice": ("audio", "output", "voice"),
    "output_audio_format": ("audio", "output", "format"),
    "input_audio_format": ("audio", "input", "format"),
    "input_audio_transcription": ("audio", "input", "transcription"),
    "input_audio_noise_reduction": ("audio", "input", "noise_reduction"),
    "turn_detection": ("audio", "input", "turn_detection"),
    "reasoning_effort": ("reasoning", "effort"),
}
RESPONSE_PATHS: Mapping[str, Path] = {
    "modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "output_audio_format": ("audio", "output", "format"),
    "reasoning_effort": ("reasoning", "effort"),
}
GA = Shape(
    SESSION_PATHS,
    RESPONSE_PATHS,
    refused=frozenset(
        {
            "temperature",
            "input_audio_echo_cancellation",
            "output_audio_timestamp_types",
            "interim_response",
            "animation",
            "avatar",
            "metadata",
        }
    ),
)


def decode_server(frame: bytes | str, shape: Shape = GA) -> ServerEvent:
    """What the engine said, under its canonical name. Raises RemoteProtocolError."""
    said = to_canonical(read_object(frame, "an engine's message"), shape)
    return read_event(said, SERVER_EVENTS, UnknownServerEvent)


def decode_client(frame: bytes | str, shape: Shape = GA) -> ClientEvent:
    """What a client said, under its canonical name. Raises RemoteProtocolError."""
    said = to_canonical(read_object(frame, "a client's message"), shape)
    return read_event(said, CLIENT_EVENTS, UnknownClientEvent)


def encode(event: RealtimeEvent, shape: Shape = GA) -> Json:
    """The JSON object that stands for an event on this dialect's wire; settings that it does not know are left out."""
    if isinstance(event, UnknownClientEvent | UnknownServerEvent):
        return write_event(event)
    return to_wire(write_event(event), shape)


def encode_frame(event: RealtimeEvent) -> bytes:
    """The message itself."""
    return write_json(encode(event))


# --- whole events


def to_canonical(event: Json, shape: Shape = GA) -> Json:
    """A message as it stands on the wire in the canonical words."""
    kind = event.get("type")
    found = dict(event)
    if type(kind) is str:
        found["type"] = TYPE_TO_CANONICAL.get(kind, kind)
    _change(found, "session", lambda session: _flat(session, shape, shape.session))
    _change(found, "item", lambda item: _rename_parts(item, _PART_TO_CANONICAL))
    _change(found, "response", lambda response: _flat(_rename_output(response, _PART_TO_CANONICAL), shape, shape.response))
    return found


def to_wire(event: Json, shape: Shape = GA) -> Json:
    """The opposite of `to_canonical`."""
    found = dict(event)
    kind = event["type"]
    found["type"] = TYPE_TO_GA.get(kind, kind)
    _change(found, "session", lambda session: _nest_session(session, shape, asked=kind == "session.update"))
    _change(found, "item", lambda item: _rename_parts(item, _PART_TO_GA))
    _change(found, "response", lambda response: _nested(_rename_output(response, _PART_TO_GA), shape, shape.response))
    return found


def _change(event: Json, name: str, change: Callable[[Json], Json]) -> None:
    if type(event.get(name)) is dict:
        event[name] = change(event[name])


# --- items


def _rename_parts(item: Json, names: Mapping[str, str]) -> Json:
    content = item.get("content")
    if type(content) is not list:
        return item
    return {**item, "content": [_renamed(part, names) for part in content]}


def _renamed(part: object, names: Mapping[str, str]) -> object:
    if type(part) is dict and type(part.get("type")) is str and part["type"] in names:
        return {**part, "type": names[part["type"]]}
    return part


def _rename_output(response: Json, names: Mapping[str, str]) -> Json:
    found = dict(response)
    for where in ("output", "input", "input_items", "append_input_items"):
        if type(found.get(where)) is list:
            found[where] = [_rename_parts(item, names) if type(item) is dict else item for item in found[where]]
    return found


# --- sessions and responses


def _nest_session(session: Json, shape: Shape, *, asked: bool) -> Json:
    found = {name: value for name, value in session.items() if name not in shape.refused}
    if asked:
        found.setdefault("type", "realtime")  # GA refuses an update that does not say what kind of session it is for
    return _nested(found, shape, shape.session)


def _flat(source: Json, shape: Shape, paths: Mapping[str, Path]) -> Json:
    return flatten(source if shape.voice is None else gather_voice(source, shape.voice), paths)


def _nested(source: Json, shape: Shape, paths: Mapping[str, Path]) -> Json:
    return nest(source if shape.voice is None else spread_voice(source, shape.voice), paths)
