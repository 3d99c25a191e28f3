"""Session options by model family."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.lint.engine_options import look

NATIVE, CASCADED = "gpt-realtime", "gpt-4o"


def rules(
    patch: dict[str, Any], model: str = NATIVE, *, session: Any = None, agent: bool = False, features: str = ""
) -> list[str]:
    return [breach.rule for breach in look(patch, session or {}, model=model, agent=agent, features=features)]


@pytest.mark.parametrize(
    ("patch", "native", "cascaded"),
    [
        ({"turn_detection": {"type": "semantic_vad"}}, [], ["vl-semantic-vad"]),
        ({"turn_detection": {"type": "server_vad", "end_of_utterance_detection": {}}}, ["vl-end-of-utterance"], []),
        ({"turn_detection": {"type": "server_vad", "threshold": 1}}, ["vl-threshold"], ["vl-threshold"]),
        ({"input_audio_noise_reduction": {"type": "near_field"}}, [], ["vl-noise-reduction"]),
        ({"input_audio_transcription": {"phrase_list": ["a"]}}, ["vl-phrase-list"], []),
        ({"voice": "alloy"}, [], ["vl-openai-voice"]),
        ({"voice": {"type": "azure-standard", "name": "en-US-Ava"}}, [], []),
        ({"voice": {"type": "azure-custom", "name": "x"}}, ["vl-voice-field"], ["vl-voice-field"]),
        ({"voice": {"type": "azure-standard", "name": "x", "rate": 1.2}}, ["vl-voice-rate"], ["vl-voice-rate"]),
        ({"voice": {"type": "azure-realtime-native", "name": "ava"}}, ["vl-native-voice"], ["vl-native-voice"]),
        ({"voice": "alloy", "output_audio_format": "pcm16_8000hz"}, ["vl-formats"], ["vl-openai-voice", "vl-formats"]),
        ({"interim_response": {"type": "static_interim_response"}}, ["vl-interim"], []),
        ({"interim_response": {"type": "static-interim-response"}}, ["vl-interim", "vl-interim-type"], ["vl-interim-type"]),
        ({"parallel_tool_calls": True}, ["vl-parallel-calls"], []),
        ({"reasoning_effort": "low"}, [], ["vl-reasoning"]),
        ({"temperature": 2.5}, ["vl-temperature"], ["vl-temperature"]),
        ({"max_response_output_tokens": 5000}, ["vl-max-tokens"], ["vl-max-tokens"]),
        ({"max_response_output_tokens": "inf"}, [], []),
        ({"tool_choice": {"type": "function", "name": "f"}}, ["vl-tool-choice"], []),
        ({"input_audio_format": "g711_ulaw", "input_audio_sampling_rate": 16000}, ["vl-g711-rate"], ["vl-g711-rate"]),
        ({"modalities": ["audio"]}, ["vl-audio-alone"], ["vl-audio-alone"]),
        ({"tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}]}, [], []),
        ({"tools": [{"name": "f"}]}, ["vl-tool-shape"], ["vl-tool-shape"]),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, ["vl-mcp-shape"], ["vl-mcp-shape"]),
        ({"speed": 1.1}, ["vl-unknown-option"], ["vl-unknown-option"]),
    ],
)
def test_an_option_that_does_not_fit_the_model(patch: dict[str, Any], native: list[str], cascaded: list[str]) -> None:
    assert (rules(patch), rules(patch, CASCADED)) == (native, cascaded)


def test_parallel_calls_on_a_later_realtime_model() -> None:
    assert rules({"parallel_tool_calls": True}, "gpt-realtime-2.1") == []
    assert rules({"parallel_tool_calls": True}, "gpt-realtime-mini-datazone") == ["vl-parallel-calls"]


def test_a_temperature_on_a_reasoning_model() -> None:
    assert rules({"temperature": 0.7}, "gpt-5.1") == ["vl-temperature-reasoning"]


def test_word_timestamps_need_an_azure_voice_whenever_it_was_set() -> None:
    patch = {"output_audio_timestamp_types": ["word"]}
    assert rules(patch, session={"voice": {"type": "openai", "name": "alloy"}}) == ["vl-timestamps"]
    assert rules(patch, session={"voice": {"type": "azure-standard", "name": "x"}}) == []


def test_an_echo_reference_of_the_client_needs_its_feature() -> None:
    patch = {"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client"}}
    assert rules(patch) == ["vl-echo-reference"]
    assert rules(patch, features="client_ec_reference:true") == []


def test_cutting_by_itself_needs_interruptions() -> None:
    detection = {"type": "server_vad", "auto_truncate": True, "interrupt_response": False}
    assert rules({"turn_detection": detection}) == ["vl-auto-truncate"]


def test_an_agent_decides_for_itself() -> None:
    assert rules({"instructions": "Be kind."}, agent=True) == ["vl-agent-option"]
