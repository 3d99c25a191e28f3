"""What a `response.create` asks for: the session's settings with this response's overrides, and the request to the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.voice_live import errors, settings
from voiceagent.emulators.voice_live.settings import Session
from voiceagent.emulators.voice_live.source import AnswerRequest, Entry

_TAKEN_OVER = ("instructions", "tools", "tool_choice", "temperature", "metadata")


def effective_session(session: Session, overrides: Mapping[str, Any]) -> Session:
    """Settings in force for one response; raises `Refusal`."""
    after = dict(session)
    for name in _TAKEN_OVER:
        if overrides.get(name) is not None:
            after[name] = overrides[name]
    if overrides.get("modalities") is not None:
        after["modalities"] = settings.modalities(overrides["modalities"])
    if overrides.get("voice") is not None:
        after["voice"] = settings.voice(overrides["voice"])
    if overrides.get("output_audio_format") is not None:
        param = "response.output_audio_format"
        after["output_audio_format"] = settings.audio_format(overrides["output_audio_format"], settings.OUTPUT_FORMATS, param)
    for name in ("max_response_output_tokens", "max_output_tokens"):
        if overrides.get(name) is not None:
            after["max_response_output_tokens"] = overrides[name]
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
