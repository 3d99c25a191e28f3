"""Secrets travel masked, and settings are shown without them."""

from __future__ import annotations

from pathlib import Path

from voiceagent.config.load import Loaded, load_settings
from voiceagent.config.schema import Settings
from voiceagent.config.secrets import describe, get, secret_values, wrapped
from voiceagent.discreet import Secret

CANARY = "canary-0123456789"


def loaded(tmp_path: Path) -> Loaded:
    (tmp_path / "voiceagent.toml").write_text('[thinker]\nfallback = "What?"\n[[thinker.rules]]\nname = "a"\n')
    return load_settings(tmp_path, environ={"AZURE_VOICELIVE_API_KEY": CANARY})


def test_no_representation_of_the_settings_shows_a_secret(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert (
        CANARY
        not in f"{settings} {settings!r} {settings.settings} {settings.settings.engine!r} {settings.settings.engine.api_key}"
    )
    assert settings.settings.engine.api_key == CANARY


def test_wrapping_changes_nothing_else() -> None:
    assert wrapped(Settings()) == Settings()


def test_rows_tell_value_and_origin_in_the_schemas_order(tmp_path: Path) -> None:
    rows = {row.key: row for row in describe(loaded(tmp_path))}
    assert next(iter(rows)) == "agent.name"
    assert (rows["thinker.fallback"].value, rows["thinker.fallback"].origin) == ("What?", "voiceagent.toml:2")
    assert (rows["thinker.rules"].value, rows["thinker.rules"].kind) == ([{"name": "a"}], "project")
    assert (rows["engine.api_key"].origin, rows["engine.api_key"].secret) == ("AZURE_VOICELIVE_API_KEY", True)
    assert rows["bridge.port"].kind == "default"


def test_rows_hide_secrets_unless_asked(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    hidden = next(row for row in describe(settings) if row.key == "engine.api_key")
    shown = next(row for row in describe(settings, show_secrets=True) if row.key == "engine.api_key")
    assert (str(hidden.value), str(shown.value)) == ("<secret>", CANARY)


def test_the_texts_that_must_not_reach_a_file_include_the_key_inside_a_connection_string() -> None:
    acs = Settings().acs.model_copy(update={"connection_string": Secret("endpoint=https://x/;accesskey=abcdef==")})
    settings = Settings().model_copy(update={"acs": acs})
    assert secret_values(settings) == ["endpoint=https://x/;accesskey=abcdef==", "abcdef=="]


def test_a_setting_by_its_key() -> None:
    assert get(Settings(), "engine.turn_detection.type") == "server_vad"
