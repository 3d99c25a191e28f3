"""The settings of a pipeline: embedded parts unless others are named."""

from __future__ import annotations

from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings


def test_by_default_everything_is_on_this_machine() -> None:
    chosen = Settings().pipeline
    assert (chosen.hear, chosen.think, chosen.speak) == ("embedded", "", "embedded")


def test_azures_own_names_are_read_and_keys_are_discreet() -> None:
    environ = {"AZURE_SPEECH_REGION": "westeurope", "AZURE_SPEECH_KEY": "do-not-tell"}
    chosen = load_settings(None, environ=environ).settings.pipeline
    assert chosen.azure_speech.region == "westeurope"
    assert "do-not-tell" not in repr(chosen)
