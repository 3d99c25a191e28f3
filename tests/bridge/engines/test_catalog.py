"""Which engine the settings mean: its address, its words, its proof; and what is refused before anything is dialled."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.engines.catalog import check, connection_of, dialect_of, kind_of, scope_of
from voiceagent.errors import UserError

AZURE = "https://x.services.ai.azure.com"
OPENAI = {"kind": "openai", "api_key": "k", "transcription": {"model": "whisper-1"}}


def settings(engine: dict[str, Any], **sections: Any) -> Settings:
    return Settings.model_validate({"engine": engine, **sections})


async def token() -> str:
    return "a-token"


@pytest.mark.parametrize(
    ("engine", "url", "headers"),
    [
        (
            {"endpoint": AZURE, "api_key": "k"},
            "wss://x.services.ai.azure.com/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime",
            {"api-key": "k"},
        ),
        (
            {"endpoint": AZURE, "api_version": "2027-01-01"},
            "wss://x.services.ai.azure.com/voice-live/realtime?api-version=2027-01-01&model=gpt-realtime",
            {"Authorization": "Bearer a-token"},
        ),
        (
            {"endpoint": AZURE, "api_version": "v1", "api_key": "k"},
            "wss://x.services.ai.azure.com/voice-live/realtime?api-version=v1&model=gpt-realtime",
            {"api-key": "k"},
        ),
        (
            {"endpoint": "https://x.cognitiveservices.azure.com", "api_version": "2025-05-01-preview", "api_key": "k"},
            "wss://x.cognitiveservices.azure.com/voice-agent/realtime?api-version=2025-05-01-preview&model=gpt-realtime",
            {"api-key": "k"},
        ),
        (
            {"endpoint": AZURE, "api_key": "k", "profile": "byom-azure-openai-realtime", "model": "mine"},
            "wss://x.services.ai.azure.com/voice-live/realtime?api-version=2026-07-15&model=mine"
            "&profile=byom-azure-openai-realtime",
            {"api-key": "k"},
        ),
        (
            {"endpoint": AZURE, "agent": {"name": "helper", "project": "shop", "version": "2"}},
            "wss://x.services.ai.azure.com/voice-live/realtime?api-version=2026-07-15"
            "&agent-name=helper&agent-project-name=shop&agent-version=2",
            {"Authorization": "Bearer a-token"},
        ),
        (
            {"endpoint": AZURE, "agent": {"id": "asst_1", "project": "shop", "access_token": "t"}},
            "wss://x.services.ai.azure.com/voice-live/realtime?api-version=2026-07-15"
            "&agent-id=asst_1&agent-access-token=t&agent-project-name=shop",
            {"Authorization": "Bearer a-token"},
        ),
        (OPENAI, "wss://api.openai.com/v1/realtime?model=gpt-realtime", {"Authorization": "Bearer k"}),
        (
            {**OPENAI, "endpoint": "https://proxy.example/v1"},
            "wss://proxy.example/v1/realtime?model=gpt-realtime",
            {"Authorization": "Bearer k"},
        ),
        (
            {
                "kind": "azure-openai",
                "azure_openai": {"endpoint": "https://x.openai.azure.com", "api_key": "k"},
                "model": "mine",
            },
            "wss://x.openai.azure.com/openai/v1/realtime?model=mine",
            {"api-key": "k"},
        ),
        (
            {"kind": "foundry-agent", "endpoint": f"{AZURE}/api/projects/shop", "agent": {"name": "Hotel desk"}},
            "wss://x.services.ai.azure.com/api/projects/shop/agents/Hotel%20desk/endpoint/protocols/voice?api-version=v1",
            {"Authorization": "Bearer a-token", "Foundry-Features": "VoiceAgents=V1Preview"},
        ),
    ],
)
async def test_every_kind_has_its_address_and_its_proof(engine: dict[str, Any], url: str, headers: dict[str, str]) -> None:
    found = connection_of(settings(engine), token)
    assert (found.url, await found.headers()) == (url, headers)


@pytest.mark.parametrize(
    ("engine", "kind", "dialect", "scope"),
    [
        ({}, "embedded", "voice-live 2026-07-15", None),
        ({"endpoint": AZURE}, "voice-live", "voice-live 2026-07-15", "https://ai.azure.com/.default"),
        ({"endpoint": "http://127.0.0.1:1"}, "embedded", "voice-live 2026-07-15", None),
        ({"kind": "pipeline", "endpoint": "http://127.0.0.1:1"}, "pipeline", "voice-live 2026-07-15", None),
        ({"endpoint": AZURE, "api_key": "k"}, "voice-live", "voice-live 2026-07-15", None),
        ({"endpoint": AZURE, "api_version": "v1"}, "voice-live", "voice-live v1", "https://ai.azure.com/.default"),
        (OPENAI, "openai", "openai", None),
        (
            {"kind": "azure-openai", "endpoint": AZURE},
            "azure-openai",
            "azure-openai",
            "https://cognitiveservices.azure.com/.default",
        ),
        ({"kind": "azure-openai", "endpoint": AZURE, "api_key": "k"}, "azure-openai", "azure-openai", None),
        (
            {"kind": "foundry-agent", "endpoint": AZURE, "api_key": "k"},
            *("foundry-agent", "foundry-voice-agents", "https://ai.azure.com/.default"),
        ),
        (
            {"endpoint": AZURE, "api_key": "k", "agent": {"name": "a", "project": "p"}},
            *("voice-live", "voice-live 2026-07-15", "https://ai.azure.com/.default"),
        ),
    ],
)
def test_every_kind_has_its_words_and_its_credentials(
    engine: dict[str, Any], kind: str, dialect: str, scope: str | None
) -> None:
    chosen = settings(engine)
    assert (kind_of(chosen), dialect_of(chosen).name, scope_of(chosen)) == (kind, dialect, scope)


def test_openais_key_may_be_the_one_of_the_chat() -> None:
    chosen = settings({"kind": "openai"}, thinker={"api_key": "sk"})
    assert connection_of(chosen).api_key.shown == "sk"


async def test_an_agent_at_an_emulator_is_opened_with_its_key_as_a_token() -> None:
    found = connection_of(
        settings(
            {"kind": "voice-live", "endpoint": "http://127.0.0.1:1", "api_key": "k", "agent": {"name": "a", "project": "p"}}
        )
    )
    assert await found.headers() == {"Authorization": "Bearer k"}
    assert found.owned >= {"instructions", "tools", "tool_choice"}


VOICE = {"voice": "marin"}


@pytest.mark.parametrize(
    ("engine", "sections", "sentence"),
    [
        ({}, {}, "there is no engine: engine.endpoint is empty"),
        ({"kind": "azure-openai"}, {}, "there is no engine: engine.azure_openai.endpoint is empty"),
        ({"kind": "foundry-agent"}, {}, "there is no engine: engine.endpoint is empty"),
        ({**OPENAI, "api_key": ""}, {"agent": VOICE}, "there is no key for OpenAI: engine.api_key is empty"),
        (OPENAI, {}, "agent.voice is en-US-Ava:DragonHDLatestNeural, and OpenAI speaks with its own voices only"),
        (
            {**OPENAI, "turn_detection": {"type": "azure_semantic_vad"}},
            {"agent": VOICE},
            "engine.turn_detection.type is azure_semantic_vad, which only Voice Live has",
        ),
        (
            {**OPENAI, "noise_reduction": "azure_deep_noise_suppression"},
            {"agent": VOICE},
            "engine.noise_reduction is azure_deep_noise_suppression, which only Voice Live takes, not OpenAI",
        ),
        (
            {**OPENAI, "turn_detection": {"speech_duration_ms": 200}},
            {"agent": VOICE},
            "engine.turn_detection.speech_duration_ms is 200, which only Voice Live takes, not OpenAI",
        ),
        (
            {**OPENAI, "turn_detection": {"auto_truncate": True}},
            {"agent": VOICE},
            "engine.turn_detection.auto_truncate is true, which only Voice Live takes, not OpenAI",
        ),
        (
            {**OPENAI, "turn_detection": {"end_of_utterance": {"model": "semantic_detection_v1"}}},
            {"agent": VOICE},
            "engine.turn_detection.end_of_utterance.model is semantic_detection_v1, which only Voice Live takes, not OpenAI",
        ),
        (
            {**OPENAI, "transcription": {"model": "whisper-1", "language": "en-US,de-DE"}},
            {"agent": VOICE},
            "engine.transcription.language is en-US,de-DE, which only Voice Live takes, not OpenAI",
        ),
        (
            {"endpoint": AZURE, "api_version": "2025-05-01-preview", "transcription": {"phrases": ["Contoso"]}},
            {},
            "engine.transcription.phrases is set, and Voice Live 2025-05-01-preview has no such option",
        ),
        (
            {"endpoint": AZURE, "api_version": "2025-05-01-preview"},
            {"agent": {"disclosure": "This call is recorded."}},
            "Voice Live 2025-05-01-preview interrupts and replies by itself, and cannot be told not to: it knows no "
            "agent.disclosure, no protected greeting, and no barge_in but when = speech",
        ),
        (
            {"kind": "openai", "api_key": "k"},
            {"agent": VOICE},
            "engine.transcription.model is empty (azure-speech), which only Voice Live has",
        ),
        (
            OPENAI,
            {"agent": VOICE, "bridge": {"audio_format": "pcm16k"}},
            "bridge.audio_format is pcm16k, and OpenAI takes PCM at 24 kHz only",
        ),
        (
            {"kind": "foundry-agent", "endpoint": AZURE},
            {},
            "engine.agent.name is empty, and engine.kind is foundry-agent",
        ),
        (
            {"endpoint": AZURE, "agent": {"name": "a"}},
            {},
            "engine.agent.project is empty: an agent is found by its name and its project",
        ),
        (
            {"endpoint": AZURE, "agent": {"name": "a", "project": "p"}, "profile": "byom-azure-openai-realtime"},
            {},
            "engine.profile and engine.agent are both set: either your model answers, or an agent does",
        ),
        (
            {**OPENAI, "profile": "byom-azure-openai-realtime"},
            {"agent": VOICE},
            "engine.profile is byom-azure-openai-realtime, and openai knows no profiles",
        ),
        (
            {**OPENAI, "agent": {"name": "a", "project": "p"}},
            {"agent": VOICE},
            "engine.agent.name is set, and openai does not know it",
        ),
        (
            {"endpoint": "http://127.0.0.1:1", "agent": {"id": "asst_1", "project": "p"}},
            {},
            "engine.agent.id is set, and embedded does not know it",
        ),
        (
            {"kind": "foundry-agent", "endpoint": AZURE, "agent": {"name": "a", "project": "p", "version": "2"}},
            {},
            "engine.agent.version is set, and foundry-agent does not know it",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_the_remedy(engine: dict[str, Any], sections: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        check(settings(engine, **sections))
    assert str(caught.value) == sentence
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("engine", "sections"),
    [
        ({"endpoint": AZURE}, {}),
        (OPENAI, {"agent": VOICE}),
        ({**OPENAI, "audio": "g711_ulaw"}, {"agent": VOICE, "bridge": {"audio_format": "pcm16k"}}),
        ({"endpoint": AZURE, "agent": {"name": "a", "project": "p"}}, {}),
        ({"kind": "foundry-agent", "endpoint": AZURE, "agent": {"name": "a"}}, {}),
    ],
)
def test_what_can_work_is_let_through(engine: dict[str, Any], sections: dict[str, Any]) -> None:
    check(settings(engine, **sections))


@pytest.mark.parametrize(
    ("engine", "sentence"),
    [
        (
            {"endpoint": AZURE, "api_version": "2025-10-01", "model": "gpt-5", "reasoning_effort": "low"},
            "engine.reasoning_effort is set, and voice-live 2025-10-01 has no such option",
        ),
        (
            {**OPENAI, "echo_cancellation": "server"},
            "engine.echo_cancellation is set, and openai has no such option",
        ),
    ],
)
def test_an_option_that_the_dialect_would_leave_out_is_refused(engine: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check(settings(engine, agent={"voice": "alloy"} if engine.get("kind") == "openai" else {}))


def test_a_proxy_that_is_none_is_told_before_a_far_engine_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy:8080")
    check(settings({"kind": "voice-live", "endpoint": "http://127.0.0.1:9", "api_key": "k"}))
    with pytest.raises(UserError, match="https_proxy is no address of a proxy"):
        check(settings({"endpoint": AZURE, "api_key": "k"}))
