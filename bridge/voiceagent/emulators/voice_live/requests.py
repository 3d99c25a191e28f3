"""What a `response.create` asks for: the session's settings with this response's overrides, and the request to the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors, settings
from voiceagent.emulators.voice_live.checks import CHECKS
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import AnswerRequest, Entry
from voiceagent.emulators.voice_live.templates import Session

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


def verbatim(overrides: Mapping[str, Any]) -> str | None:
    """The words of a `pre_generated_assistant_message`; raises `Refusal` when there are none in it."""
    message = overrides.get("pre_generated_assistant_message")
    if message is None:
        return None
    parts = message.get("content") if isinstance(message, Mapping) else None
    texts = [part.get("text") for part in parts or () if isinstance(part, Mapping)]
    if len(texts) != 1 or not isinstance(texts[0], str) or not texts[0]:
        raise errors.missing("response.pre_generated_assistant_message.content.text")
    return texts[0]


def answer_request(
    response_id: str, session: Session, entries: tuple[Entry, ...], *, additional: str, spoken_verbatim: str | None
) -> AnswerRequest:
    """What the source is to do."""
    instructions = "\n".join(filter(None, (session["instructions"], additional)))
    voice = session["voice"]
    return AnswerRequest(
        response_id=response_id,
        entries=entries,
        instructions=instructions,
        tools=tuple(session["tools"] or ()),
        tool_choice=session["tool_choice"],
        speak="audio" in session["modalities"],
        rate=settings.output_rate(session["output_audio_format"]),
        output_format=session["output_audio_format"],
        voice=voice if isinstance(voice, Mapping) else {},
        verbatim=spoken_verbatim,
    )
