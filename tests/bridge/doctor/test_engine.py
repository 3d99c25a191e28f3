"""What answers the calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor import engine
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError

VOICE_LIVE = {"AZURE_VOICELIVE_ENDPOINT": "https://v.example", "AZURE_VOICELIVE_API_KEY": "canary"}


def around(**environ: str) -> Surroundings:
    return Surroundings(Path(), load_settings(None, environ=environ))


@pytest.mark.parametrize(
    ("environ", "status", "detail"),
    [
        ({}, "skipped", "no Voice Live settings; the embedded engine answers"),
        ({"VOICEAGENT_ENGINE": "pipeline"}, "skipped", "a pipeline: embedded, rules, embedded"),
        ({"VOICEAGENT_ENGINE": "azure-openai"}, "failed", "there is no engine: engine.azure_openai.endpoint is empty"),
        ({"VOICEAGENT_ENGINE": "voice-live"}, "failed", "there is no engine: engine.endpoint is empty"),
        (VOICE_LIVE, "ok", "Voice Live at v.example, model gpt-realtime, key"),
        (
            {
                "VOICEAGENT_ENGINE": "foundry-agent",
                "AZURE_AI_AGENT_NAME": "desk",
                "VOICEAGENT_ENGINE_ENDPOINT": "https://x.services.ai.azure.com/api/projects/p",
            },
            *("ok", "The Foundry agent at x.services.ai.azure.com, agent desk, Entra"),
        ),
    ],
)
def test_which_engine_it_is(environ: dict[str, str], status: str, detail: str) -> None:
    found = engine.chosen(around(**environ))
    assert (found.status, found.detail) == (status, detail)


@pytest.mark.parametrize(
    "name",
    [
        "alloy",
        "en-US-AvaNeural",
        "en-US-Ava:DragonHDLatestNeural",
        "zh-CN-liaoning-XiaobeiNeural",
        "en-US-Andrew2:DragonHDLatestNeural",
        "en-US-NovaTurboMultilingualNeural",
    ],
)
def test_voices_that_can_be(name: str) -> None:
    assert engine.voice(around(**VOICE_LIVE, AZURE_VOICELIVE_VOICE=name)).status == "ok"


def test_a_voice_with_a_typing_error_gets_a_hint() -> None:
    found = engine.voice(around(**VOICE_LIVE, AZURE_VOICELIVE_VOICE="shimer"))
    assert found.code == "voice_unknown"
    assert "did you mean shimmer?" in found.detail


def test_a_voice_of_ones_own_is_not_judged() -> None:
    environ = {"AZURE_VOICELIVE_VOICE": "mine", "VOICEAGENT_ENGINE_VOICE_TYPE": "azure-custom"}
    assert engine.voice(around(**VOICE_LIVE, **environ, VOICEAGENT_ENGINE_VOICE_ENDPOINT_ID="e")).status == "ok"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RemoteError("no", service="Voice Live", status=401), "engine_key_refused"),
        (RemoteError("no", service="Voice Live", status=403), "engine_role_missing"),
        (RemoteError("no", service="Voice Live", status=404), "engine_endpoint_wrong"),
        (RemoteError("no", service="Voice Live", status=429), "engine_quota"),
        (RemoteError("no", service="Voice Live", status=500), "engine_failed"),
        (RemoteError("nobody is signed in", service="Microsoft Entra"), "engine_no_token"),
        (
            RemoteError(
                "Voice Live refused the session's settings: model x not supported in this region", service="Voice Live"
            ),
            "model_not_in_region",
        ),
        (
            RemoteError("Voice Live refused the session's settings: there is no voice 'x'", service="Voice Live"),
            "voice_refused",
        ),
        (RemoteError("Voice Live refused the session's settings: bad rate", service="Voice Live"), "session_refused"),
    ],
)
def test_why_no_session_opens(error: RemoteError, code: str) -> None:
    found = engine.judged(error, around(**VOICE_LIVE))
    assert (found.status, found.code) == ("failed", code)
    assert "canary" not in repr(found)


def test_the_version_of_the_wire() -> None:
    assert engine.api_version(around(**VOICE_LIVE)).status == "ok"
    assert engine.api_version(around(**VOICE_LIVE, VOICELIVE_API_VERSION="2031-01-01")).code == "api_version_unknown"
    assert engine.api_version(around(VOICEAGENT_ENGINE="openai", OPENAI_API_KEY="k")).status == "skipped"


def test_more_calls_than_sessions() -> None:
    assert engine.quota(around(**VOICE_LIVE)).status == "ok"
    assert engine.quota(around(**VOICE_LIVE, VOICEAGENT_LIMITS_MAX_CALLS="100")).code == "calls_above_quota"
    assert engine.quota(around()).status in ("ok", "skipped")
