from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.voices import speaks_for_azure, voice
from voiceagent.protocol.dialects import OPENAI

NATIVE = Offer("gpt-realtime")
CASCADED = Offer("gpt-4o")


@pytest.mark.parametrize(
    ("given", "echoed"),
    [
        ("verse", {"name": "verse", "type": "openai"}),
        ("en-US-AvaNeural", {"name": "en-US-AvaNeural", "type": "azure-standard"}),
        (
            {"type": "azure-custom", "name": "me", "endpoint_id": "e"},
            {"type": "azure-custom", "name": "me", "endpoint_id": "e"},
        ),
        (None, None),
    ],
)
def test_a_voice_comes_back_as_an_object(given: Any, echoed: Any) -> None:
    assert voice(given, NATIVE) == echoed


@pytest.mark.parametrize(
    ("given", "param"),
    [
        (3, "session.voice"),
        ({"type": "robot"}, "session.voice"),
        ({"type": "azure-standard"}, "session.voice.name"),
        ({"type": "azure-custom", "name": "me"}, "session.voice.endpoint_id"),
        ({"type": "azure-personal", "name": "me"}, "session.voice.model"),
        ({"type": "avatar-voice-sync"}, "session.voice.model"),
        ({"type": "openai", "name": "robot"}, "session.voice.name"),
        ({"type": "azure-standard", "name": "a", "temperature": 2}, "session.voice.temperature"),
        ({"type": "azure-standard", "name": "a", "rate": 1.1}, "session.voice.rate"),
        ({"type": "azure-realtime-native", "name": "ava"}, "session.voice"),
    ],
)
def test_what_a_voice_lacks_is_named(given: Any, param: str) -> None:
    with pytest.raises(Refusal) as refused:
        voice(given, NATIVE)
    assert refused.value.param == param


def test_cascaded_models_speak_with_azure_voices_only() -> None:
    with pytest.raises(Refusal, match="Azure voices only"):
        voice("alloy", CASCADED)


def test_azures_own_native_voices_are_for_its_own_model() -> None:
    given = {"type": "azure-realtime-native", "name": "ava"}
    assert voice(given, Offer("azure-realtime")) == given


def test_openais_voice_stays_as_it_was_given() -> None:
    offer = Offer("gpt-realtime", OPENAI)
    assert voice("marin", offer) == "marin"
    assert voice({"id": "voice_1"}, offer) == {"id": "voice_1"}
    with pytest.raises(Refusal, match="Supported values"):
        voice("en-US-AvaNeural", offer)


@pytest.mark.parametrize(
    ("given", "azure"),
    [({"type": "azure-standard"}, True), ({"type": "azure-personal"}, True), ({"type": "openai"}, False), ("alloy", False)],
)
def test_who_makes_the_sound(given: Any, azure: bool) -> None:
    assert speaks_for_azure(given) is azure
