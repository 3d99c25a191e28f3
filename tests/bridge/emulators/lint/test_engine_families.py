"""Which models are of which family."""

from __future__ import annotations

from voiceagent.emulators.lint import engine_families as families


def test_models_and_voices_are_told_apart() -> None:
    assert [families.is_native(model) for model in ("gpt-realtime-mini", "azure-realtime", "gpt-4o")] == [True, True, False]
    assert [families.reasons(model) for model in ("gpt-5.1", "gpt-5-chat", "gpt-4.1")] == [True, False, False]
    voices = (
        "alloy",
        {"type": "openai", "name": "x"},
        {"name": "echo"},
        "en-US-Ava",
        {"type": "azure-standard", "name": "ash"},
        None,
    )
    assert [families.is_openai_voice(voice) for voice in voices] == [True, True, True, False, False, False]
