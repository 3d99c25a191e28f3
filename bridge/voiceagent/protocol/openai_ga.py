"""The GA dialect of OpenAI and Azure OpenAI (and Voice Live's `v1`): translated to the canonical vocabulary and back.

Three things differ: names of events, names of content parts inside items, and the shape of sessions and responses. What has no
canonical place stays where it is, so that reading and writing again gives the same JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

Json = dict[str, Any]

_TYPE_TO_CANONICAL = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
_TYPE_TO_GA = {canonical: ga for ga, canonical in _TYPE_TO_CANONICAL.items()}
# Only inside items: `part` of response.content_part.* keeps the short names in GA too.
_PART_TO_CANONICAL = {"output_text": "text", "output_audio": "audio"}
_PART_TO_GA = {canonical: ga for ga, canonical in _PART_TO_CANONICAL.items()}

Path = tuple[str, ...]
_SESSION_PATHS: Mapping[str, Path] = {
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
_RESPONSE_PATHS: Mapping[str, Path] = {
    "modalities": ("output_modalities",),
    "voice": ("audio", "output", "voice"),
    "output_audio_format": ("audio", "output", "format"),
    "reasoning_effort": ("reasoning", "effort"),
}
_FORMATS = {"audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
_FORMATS_GA = {canonical: ga for ga, canonical in _FORMATS.items()}
_RATE = "input_audio_sampling_rate"
# Canonical settings that GA refuses with an error instead of ignoring them.
_NOT_IN_GA = (
    "temperature",
    "input_audio_echo_cancellation",
    "output_audio_timestamp_types",
    "interim_response",
    "animation",
    "avatar",
    "metadata",
)


def decode_server(frame: bytes | str) -> ServerEvent:
    """What the engine said, under its canonical name. Raises RemoteProtocolError."""
    return read_event(_to_canonical(read_object(frame, "an engine's message")), SERVER_EVENTS, UnknownServerEvent)


def decode_client(frame: bytes | str) -> ClientEvent:
    """What a client said, under its canonical name. Raises RemoteProtocolError."""
    return read_event(_to_canonical(read_object(frame, "a client's message")), CLIENT_EVENTS, UnknownClientEvent)


def encode(event: RealtimeEvent) -> Json:
    """The JSON object that stands for an event on this dialect's wire; settings that GA does not know are left out."""
    if isinstance(event, UnknownClientEvent | UnknownServerEvent):
        return write_event(event)
    return _to_ga(write_event(event))


def encode_frame(event: RealtimeEvent) -> bytes:
    """The message itself."""
    return write_json(encode(event))


# --- whole events


def _to_canonical(event: Json) -> Json:
    kind = event.get("type")
    found = dict(event)
    if type(kind) is str:
        found["type"] = _TYPE_TO_CANONICAL.get(kind, kind)
    _change(found, "session", lambda session: _flatten(session, _SESSION_PATHS))
    _change(found, "item", lambda item: _rename_parts(item, _PART_TO_CANONICAL))
    _change(found, "response", lambda response: _flatten(_rename_output(response, _PART_TO_CANONICAL), _RESPONSE_PATHS))
    return found


def _to_ga(event: Json) -> Json:
    found = dict(event)
    found["type"] = _TYPE_TO_GA.get(event["type"], event["type"])
    asked = event["type"] == "session.update"
    _change(found, "session", lambda session: _nest_session(session, asked=asked))
    _change(found, "item", lambda item: _rename_parts(item, _PART_TO_GA))
    _change(found, "response", lambda response: _nest(_rename_output(response, _PART_TO_GA), _RESPONSE_PATHS))
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


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
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


def _flatten(source: Json, paths: Mapping[str, Path]) -> Json:
    """Move what lies at the GA paths to the flat canonical names; emptied branches go, all else stays."""
    found = _copy(source)
    for name, path in paths.items():
        branch = found
        for step in path[:-1]:
            inner = branch.get(step)
            branch = inner if type(inner) is dict else {}
        if path[-1] in branch and name not in found:
            value = branch.pop(path[-1])
            if name.endswith("_format"):
                value = _flat_format(found, name, value)
            found[name] = value
    for branch_name in ("audio", "reasoning"):
        _prune(source, found, branch_name)
    return found


def _prune(source: Json, found: Json, name: str) -> None:
    """Remove branches that were emptied by moving, but not those that came empty."""
    branch, was = found.get(name), source.get(name)
    if type(branch) is not dict or not was:
        return
    for inner in list(branch):
        if branch[inner] == {} and was[inner]:
            del branch[inner]
    if not branch:
        del found[name]


def _flat_format(found: Json, name: str, value: Any) -> Any:
    """The canonical word for a GA format; a format without one stays an object."""
    if type(value) is not dict:
        return value
    kind = value.get("type")
    if type(kind) is str and kind in _FORMATS and len(value) == 1:
        return _FORMATS[kind]
    if kind == "audio/pcm" and set(value) == {"type", "rate"}:
        if name == "input_audio_format" and type(value["rate"]) is int and _RATE not in found:
            found[_RATE] = value["rate"]
            return "pcm16"
        if value["rate"] == 24000 and type(value["rate"]) is int:
            return "pcm16"
    return value


def _nest_session(session: Json, *, asked: bool) -> Json:
    found = {name: value for name, value in session.items() if name not in _NOT_IN_GA}
    if asked:
        found.setdefault("type", "realtime")  # GA refuses an update that does not say what kind of session it is for
    return _nest(found, _SESSION_PATHS)


def _nest(source: Json, paths: Mapping[str, Path]) -> Json:
    """The opposite of `_flatten`."""
    found = _copy(source)
    rate = found.pop(_RATE, None)
    for name, path in paths.items():
        if name not in found:
            continue
        value = _nested_value(name, found.pop(name), rate)
        branch = found
        for step in path[:-1]:
            inner = branch.get(step)
            branch[step] = branch = inner if type(inner) is dict else {}
        branch[path[-1]] = value
    return found


def _nested_value(name: str, value: Any, rate: Any) -> Any:
    match name:
        case "modalities" if type(value) is list and len(value) > 1:
            return ["audio"] if "audio" in value else value[:1]  # GA speaks or writes; speech includes its words
        case "voice" if type(value) is dict and value.get("type") == "openai":
            return value.get("name")
        case "input_audio_format" | "output_audio_format" if type(value) is str:
            if value in _FORMATS_GA:
                return {"type": _FORMATS_GA[value]}
            return {"type": "audio/pcm", "rate": rate or 24000 if name == "input_audio_format" else 24000}
    return value


def _copy(source: Json) -> Json:
    """A copy down to the branches that moving changes."""
    found = dict(source)
    for name in ("audio", "reasoning"):
        if type(found.get(name)) is dict:
            found[name] = {key: dict(one) if type(one) is dict else one for key, one in found[name].items()}
    return found
