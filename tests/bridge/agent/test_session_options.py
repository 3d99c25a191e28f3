"""Every setting of the conversation reaches the session.update of each dialect that knows it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.agent import session_options
from voiceagent.call.commands import ConfigureEngine, EngineSetup
from voiceagent.config.combinations import misfits
from voiceagent.config.schema import Settings
from voiceagent.engines.voice_live import message_of
from voiceagent.protocol.dialects import DIALECTS, voice_live


def settings(**sections: Any) -> Settings:
    return Settings.model_validate(sections)


def session(chosen: Settings, dialect: str = "voice-live 2026-07-15") -> dict[str, Any]:
    """The session of the frame that configures the engine."""
    setup = EngineSetup(
        "Be brief.",
        session_options.voice(chosen),
        24_000,
        turn_detection=session_options.turn_detection(chosen),
        transcription=session_options.transcription(chosen),
        options=session_options.options(chosen),
    )
    frame = DIALECTS[dialect].encode_frame(message_of(ConfigureEngine(setup), "c1", exact_voice=True))
    found: dict[str, Any] = json.loads(frame)["session"]
    return found


CASCADED = settings(
    agent={"voice": "en-US-Ava:DragonHDLatestNeural", "language": "de-DE"},
    engine={
        "model": "gpt-4.1",
        "temperature": 0.7,
        "max_output_tokens": "inf",
        "parallel_tool_calls": False,
        "noise_reduction": "azure_deep_noise_suppression",
        "echo_cancellation": "server",
        "word_timestamps": True,
        "voice": {"temperature": 0.9, "rate": 1.1, "style": "calm", "prefer_locales": ["de-AT"]},
        "turn_detection": {
            "type": "azure_semantic_vad",
            "threshold": 0.3,
            "prefix_padding_ms": 200,
            "silence_duration_ms": 300,
            "speech_duration_ms": 80,
            "remove_filler_words": True,
            "languages": ["de", "en"],
            "end_of_utterance": {"model": "semantic_detection_v1_multilingual", "threshold_level": "high", "timeout_ms": 800},
        },
        "transcription": {"phrases": ["Contoso"], "custom_speech": {"de-DE": "4711"}},
        "interim_response": {"type": "static", "texts": ["One moment."], "triggers": ["latency", "tool"], "after_ms": 1500},
    },
)
NATIVE = settings(
    agent={"voice": "marin"},
    engine={
        "noise_reduction": "far_field",
        "max_output_tokens": 800,
        "turn_detection": {"type": "semantic_vad", "eagerness": "low"},
        "transcription": {"model": "gpt-4o-transcribe", "prompt": "names of cheeses", "language": "en,fr"},
    },
)


def test_all_options_of_a_text_model_with_an_azure_voice() -> None:
    assert list(misfits(CASCADED)) == []
    assert session(CASCADED) == {
        "modalities": ["text", "audio"],
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_sampling_rate": 24000,
        "instructions": "Be brief.",
        "voice": {
            "type": "azure-standard",
            "name": "en-US-Ava:DragonHDLatestNeural",
            "temperature": 0.9,
            "style": "calm",
            "prefer_locales": ["de-AT"],
            "rate": "1.1",
        },
        "turn_detection": {
            "type": "azure_semantic_vad",
            "create_response": True,
            "interrupt_response": True,
            "threshold": 0.3,
            "prefix_padding_ms": 200,
            "silence_duration_ms": 300,
            "speech_duration_ms": 80,
            "remove_filler_words": True,
            "languages": ["de", "en"],
            "end_of_utterance_detection": {
                "model": "semantic_detection_v1_multilingual",
                "threshold_level": "high",
                "timeout_ms": 800,
            },
        },
        "input_audio_transcription": {
            "model": "azure-speech",
            "language": "de-DE",
            "phrase_list": ["Contoso"],
            "custom_speech": {"de-DE": "4711"},
        },
        "temperature": 0.7,
        "max_response_output_tokens": "inf",
        "parallel_tool_calls": False,
        "input_audio_noise_reduction": {"type": "azure_deep_noise_suppression"},
        "input_audio_echo_cancellation": {"type": "server_echo_cancellation"},
        "output_audio_timestamp_types": ["word"],
        "interim_response": {
            "type": "static_interim_response",
            "triggers": ["latency", "tool"],
            "latency_threshold_ms": 1500,
            "texts": ["One moment."],
        },
    }


def test_all_options_of_a_native_model_with_openais_voice() -> None:
    assert list(misfits(NATIVE)) == []
    found = session(NATIVE)
    assert found["voice"] == {"type": "openai", "name": "marin"}
    assert found["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "low",
        "create_response": True,
        "interrupt_response": True,
    }
    assert found["input_audio_transcription"] == {
        "model": "gpt-4o-transcribe",
        "language": "en,fr",
        "prompt": "names of cheeses",
    }
    assert found["input_audio_noise_reduction"] == {"type": "far_field"}
    assert found["max_response_output_tokens"] == 800


@pytest.mark.parametrize("dialect", ["openai", "azure-openai"])
def test_they_are_nested_where_a_dialect_nests_them(dialect: str) -> None:
    audio = session(NATIVE, dialect)["audio"]
    assert audio["output"]["voice"] == "marin"
    assert audio["input"]["turn_detection"]["eagerness"] == "low"
    assert audio["input"]["transcription"]["model"] == "gpt-4o-transcribe"
    assert audio["input"]["noise_reduction"] == {"type": "far_field"}
    assert session(NATIVE, dialect)["max_output_tokens"] == 800


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("interim_response", "2026-01-01-preview"),
        ("parallel_tool_calls", "2026-06-01-preview"),
        ("turn_detection", "2025-05-01-preview"),
    ],
)
def test_a_version_gets_only_what_it_knows(name: str, since: str) -> None:
    versions = sorted(one.version for one in DIALECTS.values() if one.version)
    told = [version for version in versions if name in session(CASCADED, voice_live(version).name)]
    assert told == [version for version in versions if version >= since]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("azure-custom", {"endpoint_id": "e-1"}),
        ("azure-personal", {"model": "DragonLatestNeural"}),
        ("azure-standard", {"locale": "de-AT", "pitch": "+5%", "volume": "+10%"}),
        (
            "azure-standard",
            {"custom_lexicon_url": "https://x.example/l", "custom_text_normalization_url": "https://x.example/n"},
        ),
    ],
)
def test_voices_of_every_type(kind: str, more: dict[str, Any]) -> None:
    chosen = settings(agent={"voice": "en-US-AvaNeural"}, engine={"voice": {"type": kind, **more}})
    assert session(chosen)["voice"] == {"type": kind, "name": "en-US-AvaNeural", **more}


def test_an_interim_response_of_a_small_model() -> None:
    interim = {"type": "llm", "model": "gpt-4.1-mini", "instructions": "Be short.", "max_tokens": 50}
    chosen = settings(engine={"model": "gpt-5", "reasoning_effort": "low", "interim_response": interim})
    assert list(misfits(chosen)) == []
    found = session(chosen)
    assert found["reasoning_effort"] == "low"
    assert found["interim_response"] == {
        "type": "llm_interim_response",
        "triggers": ["latency"],
        "model": "gpt-4.1-mini",
        "instructions": "Be short.",
        "max_completion_tokens": 50,
    }


@pytest.mark.parametrize(
    "chosen",
    [
        settings(barge_in={"when": "never"}),
        settings(barge_in={"when": "duration"}),
        settings(barge_in={"when": "words"}),
        settings(barge_in={"resume_after_ms": 1500}),
        settings(agent={"disclosure": "This call is recorded."}),
        settings(agent={"greeting": "Hello."}, barge_in={"during_greeting": False}),
    ],
)
def test_an_engine_that_would_interrupt_at_any_sound_is_told_not_to(chosen: Settings) -> None:
    detection = session(chosen)["turn_detection"]
    assert (detection["interrupt_response"], detection["create_response"]) == (False, False)


def test_what_the_author_gives_as_it_is_comes_last() -> None:
    chosen = settings(engine={"options": {"metadata": {"a": "b"}, "input_audio_sampling_rate": 16000}})
    found = session(chosen)
    assert (found["metadata"], found["input_audio_sampling_rate"]) == ({"a": "b"}, 16000)


def test_no_voice_at_all_leaves_it_to_the_engine() -> None:
    assert "voice" not in session(settings(agent={"voice": ""}))


def test_a_turn_detection_given_as_it_is_leaves_interruptions_to_the_bridge_as_well() -> None:
    """Otherwise the engine would cut off the disclosure that the bridge says nobody interrupts."""
    raw = {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5000}}
    found = session(Settings.model_validate({"agent": {"disclosure": "Recorded."}, "engine": {"options": raw}}))
    told = {"type": "server_vad", "idle_timeout_ms": 5000, "interrupt_response": False, "create_response": False}
    assert found["turn_detection"] == told
    plain = session(Settings.model_validate({"engine": {"options": raw}}))
    assert plain["turn_detection"] == {**told, "interrupt_response": True, "create_response": True}


@pytest.mark.parametrize(("kind", "language"), [("openai", "de"), ("azure-openai", "de"), ("voice-live", "de-AT")])
def test_openais_ears_are_told_a_language_without_its_country(kind: str, language: str) -> None:
    """They refuse others, and no caller would be understood."""
    chosen = {"agent": {"language": "de-AT"}, "engine": {"kind": kind, "transcription": {"model": "whisper-1"}}}
    assert session(Settings.model_validate(chosen))["input_audio_transcription"]["language"] == language
