"""Which engine answers, and whether it says words as they are given."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.answering import bridge_decides, is_ours, kind_of, runs_tools, says_words
from voiceagent.config.schema import EngineSection, Settings

AZURE = "https://x.services.ai.azure.com"


@pytest.mark.parametrize(
    ("engine", "kind"),
    [
        ({}, "embedded"),
        ({"endpoint": AZURE}, "voice-live"),
        ({"endpoint": "http://127.0.0.1:8080"}, "embedded"),
        ({"kind": "voice-live", "endpoint": "http://127.0.0.1:8080"}, "voice-live"),
        ({"kind": "pipeline"}, "pipeline"),
        ({"kind": "openai"}, "openai"),
    ],
)
def test_what_answers(engine: dict[str, Any], kind: str) -> None:
    assert kind_of(EngineSection(**engine)) == kind
    assert is_ours(EngineSection(**engine)) is (kind in ("embedded", "pipeline"))


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        ({}, True),
        ({"kind": "pipeline"}, True),
        ({"endpoint": AZURE}, None),
        ({"endpoint": AZURE, "api_version": "2025-10-01"}, False),
        ({"endpoint": AZURE, "api_version": "2025-05-01-preview"}, False),
        ({"endpoint": AZURE, "api_version": "2026-01-01-preview"}, None),
        ({"endpoint": AZURE, "api_version": "v1"}, None),
        ({"kind": "azure-openai", "endpoint": AZURE}, None),
    ],
)
def test_who_says_words_as_they_are(engine: dict[str, Any], says: bool | None) -> None:
    assert says_words(EngineSection(**engine)) is says


def test_tool_servers_are_spoken_with_by_voice_live_and_by_its_emulator() -> None:
    emulated = "http://127.0.0.1:8080"
    assert [runs_tools(EngineSection(endpoint=address)) for address in (AZURE, emulated, "")] == [True, True, False]
    assert not runs_tools(EngineSection(kind="embedded", endpoint=emulated))


@pytest.mark.parametrize(
    ("settings", "decides"),
    [
        ({}, False),
        ({"agent": {"greeting": "Hello."}}, False),
        ({"agent": {"greeting": "Hello."}, "barge_in": {"during_greeting": False}}, True),
        ({"barge_in": {"during_greeting": False}}, False),
        ({"agent": {"disclosure": "This call is recorded."}}, True),
        ({"barge_in": {"when": "words"}}, True),
        ({"barge_in": {"resume_after_ms": 1500}}, True),
    ],
)
def test_who_decides_what_interrupts(settings: dict[str, Any], decides: bool) -> None:
    assert bridge_decides(Settings.model_validate(settings)) is decides
