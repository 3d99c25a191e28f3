"""The settings of a conversation in the engine's own vocabulary: what becomes a session's voice, turn detection and options.

Only what is set is said, so that everything else stays the engine's default.
"""

from __future__ import annotations

from typing import Any

from voiceagent.config.combinations import voice_type
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
    chosen = settings.engine.turn_detection
    said = {
        name: value
        for name, value in chosen.model_dump(exclude={"end_of_utterance"}).items()
        if value is not None and value not in ("", [])
    }
    if chosen.end_of_utterance.model:
        utterance = chosen.end_of_utterance.model_dump(exclude_none=True)
        said["end_of_utterance_detection"] = utterance
    if bridge_decides(settings):
        # The engine would cut its reply at any sound, and could not reply to what did not interrupt it.
        said |= {"interrupt_response": False, "create_response": False}
    return said


def bridge_decides(settings: Settings) -> bool:
    """Whether the engine must leave it to us what interrupts a reply and what is answered."""
    policy = settings.barge_in
    greeting = bool(settings.agent.greeting) and not policy.during_greeting
    return policy.when != "speech" or policy.resume_after_ms > 0 or greeting or bool(settings.agent.disclosure)


def transcription(settings: Settings) -> Json:
    """A native realtime model transcribes the caller only when asked; without that, reports have no caller's words."""
    chosen = settings.engine.transcription
    language = chosen.language or settings.agent.language
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
    """Everything else. What the author gave as it is comes last and wins."""
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
    return {**{name: value for name, value in said.items() if value is not None}, **engine.options}


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
