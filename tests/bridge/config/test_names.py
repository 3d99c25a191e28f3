"""The schema, walked."""

from __future__ import annotations

from collections import Counter

from voiceagent.config.names import keys


def test_keys_are_dotted_and_in_the_schemas_order() -> None:
    names = list(keys())
    assert names[0] == "agent.name"
    assert names.index("engine.turn_detection.type") < names.index("bridge.port")


def test_the_names_of_azures_samples_go_before_ours() -> None:
    assert keys()["engine.endpoint"].env == (
        *("AZURE_VOICELIVE_ENDPOINT", "AZURE_VOICE_LIVE_ENDPOINT", "VOICEAGENT_ENGINE_ENDPOINT"),
    )


def test_no_environment_name_means_two_settings() -> None:
    names = Counter(name for key in keys().values() for name in key.env)
    assert [name for name, count in names.items() if count > 1] == []


def test_secrets_are_marked() -> None:
    assert [key.name for key in keys().values() if key.secret] == [
        *("engine.api_key", "engine.agent.access_token", "engine.azure_openai.api_key"),
        *("thinker.api_key", "pipeline.openai.api_key", "pipeline.azure_speech.key"),
        *("bridge.token_secret", "tunnel.relay", "tunnel.ngrok_token", "tunnel.pinggy_token"),
        *("acs.connection_string", "acs.event_secret"),
        *("twilio.auth_token", "capture.key", "shared.redis_url", "telemetry.headers"),
    ]
