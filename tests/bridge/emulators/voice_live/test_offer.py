from __future__ import annotations

import pytest

from voiceagent.emulators.voice_live.offer import Offer, is_native
from voiceagent.protocol.dialects import AZURE_OPENAI, FOUNDRY_VOICE_AGENTS, OPENAI, VOICE_LIVE


@pytest.mark.parametrize(
    ("model", "native"),
    [("gpt-realtime", True), ("gpt-realtime-mini", True), ("phi4-mm-realtime", True), ("gpt-4o", False), ("gpt-5", False)],
)
def test_models_are_native_or_cascaded_by_name(model: str, native: bool) -> None:
    assert is_native(model) is native
    assert Offer(model).native is native


def test_a_family_can_be_told() -> None:
    assert Offer("my-deployment", family="native").native
    assert not Offer("gpt-realtime", family="cascaded").native


def test_openais_own_api_has_native_models_only() -> None:
    assert Offer("my-deployment", AZURE_OPENAI).native
    assert not Offer("my-deployment", OPENAI).azure


def test_agents_are_cascaded() -> None:
    assert not Offer("", agent="desk").native
    assert Offer("", FOUNDRY_VOICE_AGENTS, agent="desk").azure


def test_phi_speaks_with_azures_voices() -> None:
    assert not Offer("phi4-mm-realtime").openai_voices
    assert Offer("gpt-realtime").openai_voices


def test_padding_was_shorter_before_april() -> None:
    assert Offer("gpt-4o", VOICE_LIVE["2025-10-01"]).short_padding
    assert not Offer("gpt-4o", VOICE_LIVE["2026-04-10"]).short_padding
    assert not Offer("gpt-4o", VOICE_LIVE["v1"]).short_padding


@pytest.mark.parametrize(("model", "reasons"), [("gpt-5", True), ("gpt-5.1", True), ("gpt-5-chat", False), ("gpt-4.1", False)])
def test_some_models_reason(model: str, reasons: bool) -> None:
    assert Offer(model).reasons is reasons


def test_some_models_refuse_parallel_calls() -> None:
    assert Offer("gpt-realtime-datazone").refuses_parallel_calls
    assert not Offer("gpt-realtime-2.1").refuses_parallel_calls
