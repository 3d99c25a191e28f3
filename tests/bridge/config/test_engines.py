"""The settings of other engines: Azure's own names are read, and nothing is chosen by default."""

from __future__ import annotations

from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings


def test_nothing_is_chosen_by_default() -> None:
    engine = Settings().engine
    assert (engine.kind, engine.profile, engine.audio, engine.agent.name, engine.azure_openai.endpoint) == (
        *("auto", "", "pcm", "", ""),
    )


def test_azures_own_names_are_read() -> None:
    environ = {
        "AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com",
        "AZURE_OPENAI_API_KEY": "do-not-tell",
        "AZURE_AI_AGENT_NAME": "helper",
        "AZURE_VOICELIVE_PROJECT_NAME": "shop",
    }
    engine = load_settings(None, environ=environ).settings.engine
    assert (engine.azure_openai.endpoint, engine.agent.name, engine.agent.project) == (
        *("https://x.openai.azure.com", "helper", "shop"),
    )
    assert "do-not-tell" not in repr(engine)
