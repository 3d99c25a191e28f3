from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live.checks import CHECKS
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.protocol.dialects import OPENAI

NATIVE = Offer("gpt-realtime")
CASCADED = Offer("gpt-4o")
CLIENT_ECHO = {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}
PHRASES = {"model": "azure-speech", "phrase_list": ["Contoso"]}
END = {"type": "server_vad", "end_of_utterance_detection": {"model": "semantic_detection_v1"}}


@pytest.mark.parametrize(
    ("name", "value", "offer"),
    [
        ("input_audio_noise_reduction", {"type": "azure_deep_noise_suppression"}, CASCADED),
        ("input_audio_noise_reduction", {"type": "near_field"}, NATIVE),
        ("input_audio_noise_reduction", None, CASCADED),
        ("input_audio_echo_cancellation", {"type": "server_echo_cancellation"}, CASCADED),
        ("input_audio_echo_cancellation", CLIENT_ECHO, Offer("gpt-4o", client_echo_reference=True)),
        ("temperature", 0.7, CASCADED),
        ("max_response_output_tokens", "inf", CASCADED),
        ("max_response_output_tokens", 4096, CASCADED),
        ("reasoning_effort", "xhigh", CASCADED),
        ("parallel_tool_calls", False, NATIVE),
        ("parallel_tool_calls", True, CASCADED),
        ("output_audio_timestamp_types", ["word"], CASCADED),
        ("include", ["item.input_audio_transcription.phrases"], CASCADED),
        ("animation", {"model_name": "default", "outputs": ["viseme_id"]}, CASCADED),
        ("avatar", {"character": "lisa", "customized": False}, CASCADED),
        ("metadata", {"call": "1"}, CASCADED),
        ("interim_response", {"type": "static_interim_response", "texts": ["One moment."], "triggers": ["tool"]}, CASCADED),
        ("tools", [{"type": "mcp", "server_label": "s", "server_url": "http://127.0.0.1:1/mcp"}], CASCADED),
        ("tool_choice", {"type": "function", "name": "f"}, CASCADED),
    ],
)
def test_what_is_accepted_is_echoed(name: str, value: Any, offer: Offer) -> None:
    assert CHECKS[name](value, offer) == value


@pytest.mark.parametrize(
    ("name", "value", "offer", "param"),
    [
        ("input_audio_noise_reduction", {"type": "near_field"}, CASCADED, "session.input_audio_noise_reduction"),
        ("temperature", 3, CASCADED, "session.temperature"),
        ("temperature", True, CASCADED, "session.temperature"),
        ("max_response_output_tokens", 0, CASCADED, "session.max_response_output_tokens"),
        ("reasoning_effort", "extreme", CASCADED, "session.reasoning_effort"),
        ("parallel_tool_calls", True, NATIVE, "session.parallel_tool_calls"),
        ("output_audio_timestamp_types", ["letter"], CASCADED, "session.output_audio_timestamp_types"),
        ("include", "phrases", CASCADED, "session.include"),
        ("animation", {"outputs": ["emotion"]}, CASCADED, "session.animation.outputs"),
        ("avatar", {}, CASCADED, "session.avatar.character"),
        ("metadata", {"call": 1}, CASCADED, "session.metadata"),
        ("interim_response", {"type": "static-interim-response"}, CASCADED, "session.interim_response.type"),
        (
            "interim_response",
            {"type": "llm_interim_response", "triggers": ["rain"]},
            CASCADED,
            "session.interim_response.triggers",
        ),
        *(
            ("interim_response", {"type": kind, "texts": texts}, CASCADED, "session.interim_response.texts")
            for kind in ("static_interim_response", "llm_interim_response")
            for texts in (5, {"a": 1}, "One moment.", [1])
        ),
        *(
            (
                "interim_response",
                {"type": "llm_interim_response", "latency_threshold_ms": after_ms},
                CASCADED,
                "session.interim_response.latency_threshold_ms",
            )
            for after_ms in ("soon", True, -1)
        ),
        ("tools", [{"type": "function"}], CASCADED, "session.tools[0].name"),
        ("tools", [{"type": "mcp", "server_label": "s"}], CASCADED, "session.tools[0].server_url"),
        ("tools", [{"type": "telepathy"}], CASCADED, "session.tools[0].type"),
        ("tool_choice", "sometimes", CASCADED, "session.tool_choice"),
        ("instructions", "Help.", Offer("", agent="desk"), "session.instructions"),
        ("input_audio_transcription", {"model": "ears"}, CASCADED, "session.input_audio_transcription.model"),
        ("input_audio_transcription", PHRASES, NATIVE, "session.input_audio_transcription.phrase_list"),
        ("turn_detection", {**END, "end_of_utterance_detection": {"model": "x"}}, CASCADED, None),
        ("turn_detection", {"type": "server_vad", "auto_truncate": True, "interrupt_response": False}, NATIVE, None),
        ("turn_detection", {"type": "azure_semantic_vad"}, Offer("gpt-realtime", OPENAI), "session.turn_detection.type"),
        ("input_audio_sampling_rate", 16000, Offer("gpt-realtime", OPENAI), "session.input_audio_sampling_rate"),
    ],
)
def test_what_is_refused_is_named(name: str, value: Any, offer: Offer, param: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        CHECKS[name](value, offer)
    assert refused.value.code == "invalid_session_update_message"
    assert param in (None, refused.value.param)
