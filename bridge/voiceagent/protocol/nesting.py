"""How settings that are flat in one dialect are nested in another: tables of paths, and moving along them both ways.

Works on JSON objects and loses nothing: what no table names stays where it is, branches that came empty stay empty, so that
flattening and nesting again gives the same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Path = tuple[str, ...]

RATE = "input_audio_sampling_rate"
_BRANCHES = ("audio", "reasoning")
_FORMATS = {"audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
_FORMATS_GA = {flat: nested for nested, flat in _FORMATS.items()}


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the canonical settings of a session and of a response lie in a nested dialect.

    `refused` are canonical settings that the dialect's service answers with an error. `voice` tells how a voice is spread over
    `audio.output`: by flat member, its name there; None where a voice is one value.
    """

    session: Mapping[str, Path]
    response: Mapping[str, Path]
    refused: frozenset[str] = frozenset()
    voice: Mapping[str, str] | None = None


def flatten(source: Json, paths: Mapping[str, Path]) -> Json:
    """Move what lies at the nested paths to the flat canonical names; emptied branches go, all else stays."""
    found = _copy(source)
    for name, path in paths.items():
        branch = _branch(found, path)
        if path[-1] in branch and name not in found:
            value = branch.pop(path[-1])
            if name.endswith("_format"):
                value = _flat_format(found, name, value)
            found[name] = value
    for branch_name in _BRANCHES:
        _prune(source, found, branch_name)
    return found


def nest(source: Json, paths: Mapping[str, Path]) -> Json:
    """The opposite of `flatten`."""
    found = _copy(source)
    rate = found.pop(RATE, None)
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


def gather_voice(source: Json, members: Mapping[str, str]) -> Json:
    """The voice that lies spread over `audio.output` as one flat object; the bare name of an OpenAI voice stays a name."""
    output = _branch(source, ("audio", "output", ""))
    spread = {flat: output[nested] for flat, nested in members.items() if nested in output}
    if "type" not in spread:
        return source
    found = _copy(source)
    inner = found["audio"]["output"]
    for nested in members.values():
        inner.pop(nested, None)
    _prune(source, found, "audio")
    return {**found, "voice": spread}


def spread_voice(source: Json, members: Mapping[str, str]) -> Json:
    """The opposite of `gather_voice`, for a voice that is not OpenAI's."""
    voice = source.get("voice")
    if type(voice) is not dict or voice.get("type") in (None, "openai"):
        return source
    found = _copy(source)
    del found["voice"]
    audio = found.setdefault("audio", {})
    output = audio.setdefault("output", {})
    output.update({members.get(flat, flat): value for flat, value in voice.items()})
    return found


def _branch(source: Json, path: Path) -> Json:
    branch = source
    for step in path[:-1]:
        inner = branch.get(step)
        branch = inner if type(inner) is dict else {}
    return branch


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
    """The canonical word for a nested format; a format without one stays an object."""
    if type(value) is not dict:
        return value
    kind = value.get("type")
    if type(kind) is str and kind in _FORMATS and len(value) == 1:
        return _FORMATS[kind]
    if kind == "audio/pcm" and set(value) == {"type", "rate"}:
        if name == "input_audio_format" and type(value["rate"]) is int and RATE not in found:
            found[RATE] = value["rate"]
            return "pcm16"
        if value["rate"] == 24000 and type(value["rate"]) is int:
            return "pcm16"
    return value


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
    for name in _BRANCHES:
        if type(found.get(name)) is dict:
            found[name] = {key: dict(one) if type(one) is dict else one for key, one in found[name].items()}
    return found
