"""The bodies of media operations: play, recognise, keys, hold, transcription. Parsed at the door, as `requests` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.acs.errors import invalid
from voiceagent.emulators.acs.prompts import Source, source, sources
from voiceagent.emulators.acs.requests import Body, Operation, identifier, operation
from voiceagent.protocol.dtmf import key_of

MOST_TONES = 18
"""Tones of one sendDtmfTones."""

INITIAL_SILENCE_SECONDS = 5
INTER_TONE_SECONDS = 2
# unverified: end-silence
END_SILENCE_MS = 500
"""Defaults for what a request leaves out; the first two are the SDK documentation's, the last is a guess."""

_INPUTS = {"dtmf": ("dtmf",), "speech": ("speech",), "speechordtmf": ("speech", "dtmf"), "choices": ("choices",)}


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """`to` empty: everybody."""

    sources: tuple[Source, ...]
    to: tuple[str, ...] = ()
    interrupts: bool = False
    loop: bool = False
    operation: Operation = field(default_factory=Operation)


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    phrases: tuple[str, ...]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class RecognizeRequest:
    """`inputs` holds dtmf, speech or choices. A `most_keys` of None: as many as come before a stop key or a pause."""

    inputs: tuple[str, ...]
    target: str
    prompts: tuple[Source, ...] = ()
    interrupts: bool = False
    prompt_may_be_interrupted: bool = False
    initial_silence_ms: float = INITIAL_SILENCE_SECONDS * 1000.0
    inter_tone_ms: float = INTER_TONE_SECONDS * 1000.0
    most_keys: int | None = None
    stop_keys: str = ""
    end_silence_ms: float = float(END_SILENCE_MS)
    choices: tuple[Choice, ...] = ()
    operation: Operation = field(default_factory=Operation)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    target: str
    music: Source | None = None
    operation: Operation = field(default_factory=Operation)


def play_request(body: Body) -> PlayRequest:
    to, options = body.get("playTo") or [], body.get("playOptions")
    if not isinstance(to, list) or not body.get("playSources"):
        raise invalid("PlaySources" if isinstance(to, list) else "PlayTo")
    return PlayRequest(
        sources(body["playSources"], "PlaySources"),
        tuple(identifier({"playTo": one}, "playTo") for one in to),
        bool(body.get("interruptCallMediaOperation", False)),
        bool(options.get("loop", False)) if isinstance(options, Mapping) else False,
        operation(body),
    )


def recognize_request(body: Body) -> RecognizeRequest:
    options = body.get("recognizeOptions")
    inputs = _INPUTS.get(str(body.get("recognizeInputType", "")).lower())
    if inputs is None:
        raise invalid("RecognizeInputType")
    if not isinstance(options, Mapping):
        raise invalid("RecognizeOptions")
    keys, speech = _object(options, "dtmfOptions"), _object(options, "speechOptions")
    prompt = body.get("playPrompt")
    prompts = (source(prompt, "PlayPrompt"),) if prompt else sources(body.get("playPrompts") or [], "PlayPrompts")
    return RecognizeRequest(
        inputs,
        identifier(options, "targetParticipant"),
        prompts,
        bool(body.get("interruptCallMediaOperation", False)),
        bool(options.get("interruptPrompt", False)),
        1000 * _whole(options, "initialSilenceTimeoutInSeconds", 0, 300, INITIAL_SILENCE_SECONDS),
        1000 * _whole(keys, "interToneTimeoutInSeconds", 1, 60, INTER_TONE_SECONDS),
        _whole(keys, "maxTonesToCollect", 1, 100, 0) or None,
        _keys(keys.get("stopTones") or [], "StopTones"),
        _whole(speech, "endSilenceTimeoutInMs", 0, 60_000, END_SILENCE_MS),
        _choices(options.get("choices") or [], needed="choices" in inputs),
        operation(body),
    )


def send_tones_request(body: Body) -> tuple[str, str, Operation]:
    """Keys, whom to send them to, and what all operations share."""
    keys, target = _keys(body.get("tones"), "Tones"), identifier(body, "targetParticipant")
    if not 0 < len(keys) <= MOST_TONES:
        raise invalid("Tones")
    if not target.startswith("4:"):
        raise invalid("TargetParticipant")  # telephones only
    return keys, target, operation(body)


def hold_request(body: Body) -> HoldRequest:
    music = body.get("playSourceInfo")
    return HoldRequest(
        identifier(body, "targetParticipant"), source(music, "PlaySourceInfo") if music else None, operation(body)
    )


def _choices(found: object, *, needed: bool) -> tuple[Choice, ...]:
    if not isinstance(found, list) or (needed and not found):
        raise invalid("Choices")
    return tuple(_choice(one) for one in found)


def _choice(found: object) -> Choice:
    phrases = found.get("phrases") if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not found.get("label") or not isinstance(phrases, list):
        raise invalid("Choices")
    key = key_of(str(found["tone"])) if found.get("tone") else None
    return Choice(str(found["label"]), tuple(str(one) for one in phrases), key)


def _keys(found: object, field: str) -> str:
    keys = [key_of(str(one)) for one in found] if isinstance(found, list) else [None]
    if None in keys:
        raise invalid(field)
    return "".join(key for key in keys if key)


def _object(body: Body, field: str) -> Mapping[str, Any]:
    found = body.get(field) or {}
    if not isinstance(found, Mapping):
        raise invalid(field[0].upper() + field[1:])
    return found


def _whole(body: Body, field: str, least: int, most: int, default: int) -> int:
    found = body.get(field)
    if found is None:
        return default
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
        raise invalid(field[0].upper() + field[1:])
    return found
