"""Which models, voices, options and versions of Voice Live there are, as far as rules depend on them."""

from __future__ import annotations

VERSIONS = ("2025-10-01", "2026-04-10", "2026-07-15", "v1")
PREVIEWS = ("2025-05-01-preview", "2026-01-01-preview", "2026-06-01-preview", "2026-07-31-preview")

NATIVE = ("gpt-realtime", "azure-realtime", "phi4-mm-realtime")
"""Models that hear and speak by themselves; all others are cascaded."""
REALTIME = "gpt-realtime"

MODELS = (
    "gpt-realtime",
    "azure-realtime",
    "phi4-mm-realtime",
    "gpt-4o",
    "gpt-4.1",
    "gpt-5",
)
"""The documented names begin with one of these."""

REASONING = ("gpt-5", "o1", "o3", "o4")
NOT_REASONING = ("gpt-5-chat",)

OPENAI_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
OPENAI_FORMATS = ("pcm16", "g711_ulaw", "g711_alaw")

OPTIONS = frozenset(
    (
        "model",
        "modalities",
        "instructions",
        "voice",
        "input_audio_format",
        "output_audio_format",
        "input_audio_sampling_rate",
        "input_audio_noise_reduction",
        "input_audio_echo_cancellation",
        "input_audio_transcription",
        "turn_detection",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "temperature",
        "max_response_output_tokens",
        "max_output_tokens",
        "reasoning_effort",
        "interim_response",
        "output_audio_timestamp_types",
        "include",
        "animation",
        "avatar",
        "metadata",
        "truncation_strategy",
        "greeting",
        "handoff",
        "type",
        "id",
        "object",
        "agent",
        "expires_at",
    )
)
"""Of `session`; the last few are the service's own, which clients may send back."""


def is_native(model: str) -> bool:
    return model.startswith(NATIVE)


def reasons(model: str) -> bool:
    return model.startswith(REASONING) and not model.startswith(NOT_REASONING)


def is_openai_voice(voice: object) -> bool:
    """Of a name or of a voice object."""
    if isinstance(voice, dict):
        return voice.get("type") == "openai" or (voice.get("type") is None and voice.get("name") in OPENAI_VOICES)
    return voice in OPENAI_VOICES
