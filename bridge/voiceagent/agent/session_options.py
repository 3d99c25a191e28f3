"""The settings of a conversation in the engine's own vocabulary: what becomes a session's voice, turn detection and options.

Only what is set is said, so that everything else stays the engine's default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.config.answering import bridge_decides, kind_of
from voiceagent.config.combinations import voice_type
from voiceagent.config.conversation import TurnDetectionSection
from voiceagent.config.schema import Settings

Json = dict[str, Any]


def voice(settings: Settings) -> str | Json | None:
    """A bare name where nothing else is said about the voice."""
    chosen = settings.engine.voice
    said = {name: value for name, value in chosen.model_dump(exclude={"type", "rate"}).items() if value not in (None, "", [])}
    if chosen.rate is not None:
        said["rate"] = f"{chosen.rate:g}"  # the service wants it as text
    if not settings.agent.voice:
        return None
    if chosen.type == "auto" and not said:
        return settings.agent.voice
    return {"type": voice_type(settings), "name": settings.agent.voice, **said}


def turn_detection(settings: Settings) -> Json:
    """How turns are found. Who interrupts and who asks for replies follows from the policy for interruptions."""
    given = settings.engine.options.get("turn_detection")
    said = dict(given) if isinstance(given, Mapping) else _typed_detection(settings.engine.turn_detection)
    if bridge_decides(settings):
        # The engine would cut its reply at any sound, and could not reply to what did not interrupt it.
        said |= {"interrupt_response": False, "create_response": False}
    return said


def _typed_detection(chosen: TurnDetectionSection) -> Json:
    said = {
        name: value
        for name, value in chosen.model_dump(exclude={"end_of_utterance"}).items()
        if value is not None and value not in ("", [])
    }
    if chosen.end_of_utterance.model:
        said["end_of_utterance_detection"] = chosen.end_of_utterance.model_dump(exclude_none=True)
    return said


def transcription(settings: Settings) -> Json:
    """A native realtime model transcribes the caller only when asked; without that, reports have no caller's words."""
    chosen = settings.engine.transcription
    language = chosen.language or settings.agent.language
    if kind_of(settings.engine) in ("openai", "azure-openai"):
        language = language.partition("-")[0]  # their ears know languages by ISO 639-1, without a country
    said: Json = {"model": chosen.model or "azure-speech"}
    if language:
        said["language"] = language
    if chosen.prompt:
        said["prompt"] = chosen.prompt
    if chosen.phrases:
        said["phrase_list"] = list(chosen.phrases)
    if chosen.custom_speech:
        said["custom_speech"] = dict(chosen.custom_speech)
    return said


def options(settings: Settings) -> Json:
    """Everything else. What the author gave as it is comes last and wins; its turn detection is in `turn_detection` already."""
    engine = settings.engine
    said: Json = {
        "temperature": engine.temperature,
        "reasoning_effort": engine.reasoning_effort,
        "max_response_output_tokens": engine.max_output_tokens,
        "parallel_tool_calls": engine.parallel_tool_calls,
        "input_audio_noise_reduction": None if engine.noise_reduction == "none" else {"type": engine.noise_reduction},
        "input_audio_echo_cancellation": {"type": "server_echo_cancellation"} if engine.echo_cancellation == "server" else None,
        "output_audio_timestamp_types": ["word"] if engine.word_timestamps else None,
        "interim_response": _interim(settings),
    }
    given = {name: value for name, value in engine.options.items() if name != "turn_detection"}
    return {**{name: value for name, value in said.items() if value is not None}, **given}


def _interim(settings: Settings) -> Json | None:
    chosen = settings.engine.interim_response
    if chosen.type == "none":
        return None
    said: Json = {"type": f"{chosen.type}_interim_response", "triggers": list(chosen.triggers)}
    if chosen.after_ms is not None:
        said["latency_threshold_ms"] = chosen.after_ms
    if chosen.type == "static":
        return {**said, "texts": list(chosen.texts)}
    for name, value in (
        ("model", chosen.model),
        ("instructions", chosen.instructions),
        ("max_completion_tokens", chosen.max_tokens),
    ):
        if value:
            said[name] = value
    return said
