"""What a `response.create` asks for: the session's settings with this response's overrides, and the request to the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors, settings
from voiceagent.emulators.voice_live.checks import CHECKS
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import AnswerRequest, Entry, Interim
from voiceagent.emulators.voice_live.templates import Session
from voiceagent.emulators.voice_live.voices import speaks_for_azure

DEFAULT_INTERIM = "One moment, please."
"""Said when the model is to find the words, for which there is none here."""
DEFAULT_LATENCY_MS = 2000

_OVERRIDES = (
    "instructions",
    "tools",
    "tool_choice",
    "temperature",
    "metadata",
    "modalities",
    "voice",
    "output_audio_format",
    "reasoning_effort",
    "interim_response",
    "max_response_output_tokens",
)


def effective_session(session: Session, overrides: Mapping[str, Any], offer: Offer) -> Session:
    """Settings in force for one response; raises `Refusal`."""
    after = dict(session)
    given = dict(overrides)
    if given.get("max_output_tokens") is not None:
        given["max_response_output_tokens"] = given["max_output_tokens"]
    for name in _OVERRIDES:
        if given.get(name) is not None:
            after[name] = given[name] if name not in CHECKS else CHECKS[name](given[name], offer)
    return after


def items(asked: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The items that a response brings along; raises `Refusal` when they are none."""
    given = asked.get(name) or []
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise errors.Refusal(f"'response.{name}' is a list of items.", param=f"response.{name}")
    return given


def verbatim(overrides: Mapping[str, Any]) -> str | None:
    """The words of a `pre_generated_assistant_message`; raises `Refusal` when there are none in it."""
    message = overrides.get("pre_generated_assistant_message")
    if message is None:
        return None
    parts = message.get("content") if isinstance(message, Mapping) else None
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    if len(texts) != 1 or not isinstance(texts[0], str) or not texts[0]:
        raise errors.missing("response.pre_generated_assistant_message.content.text")
    return texts[0]


def answer_request(
    response_id: str,
    session: Session,
    entries: tuple[Entry, ...],
    *,
    additional: str,
    spoken_verbatim: str | None,
    offer: Offer,
    functions: tuple[Mapping[str, Any], ...] = (),
) -> AnswerRequest:
    """What the source is to do; `functions` are tools beside the session's own."""
    instructions = "\n".join(filter(None, (session["instructions"], additional)))
    voice = session["voice"]
    return AnswerRequest(
        response_id=response_id,
        entries=entries,
        instructions=instructions,
        tools=tuple(one for one in session["tools"] or () if one.get("type", "function") == "function") + functions,
        tool_choice=session["tool_choice"],
        # Recorded by others: an OpenAI voice cannot be given words, so a message of the client's own stays written.
        speak="audio" in session["modalities"] and (spoken_verbatim is None or speaks_for_azure(voice)),
        rate=settings.output_rate(session["output_audio_format"]),
        output_format=session["output_audio_format"],
        voice=voice if isinstance(voice, Mapping) else {},
        verbatim=spoken_verbatim,
        interim=None if offer.native or spoken_verbatim is not None else interim_of(session),
    )


def interim_of(session: Session) -> Interim | None:
    """What is said in the meantime; only Azure's voices can. unverified: vl-interim"""
    config = session.get("interim_response")
    if not config or not speaks_for_azure(session["voice"]) or "audio" not in session["modalities"]:
        return None
    triggers = config.get("triggers") or ["latency"]
    after_ms = config.get("latency_threshold_ms")
    return Interim(
        (config.get("texts") or [DEFAULT_INTERIM])[0],
        (DEFAULT_LATENCY_MS if after_ms is None else after_ms) if "latency" in triggers else None,
        "tool" in triggers,
    )
