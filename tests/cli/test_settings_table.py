"""Settings as rows."""

from __future__ import annotations

from pathlib import Path

from voiceagent.config.load import load_settings
from voiceagent_cli.settings_table import HIDDEN, Row, rows


def test_every_setting_has_a_value_and_an_origin(project: Path) -> None:
    table = {
        row.name: row
        for row in rows(
            load_settings(project, environ={"PORT": "9000", "ACS_CONNECTION_STRING": "endpoint=https://x;accesskey=abc"})
        )
    }
    assert table["bridge.port"] == Row("bridge.port", 9000, "PORT")
    assert table["acs.connection_string"] == Row("acs.connection_string", HIDDEN, "ACS_CONNECTION_STRING")
    assert table["bridge.token_secret"] == Row("bridge.token_secret", "", "default")
    assert table["agent.name"].origin.startswith("voiceagent.toml:")
    assert table["silence.prompts"].text.startswith('["')


def test_no_secret_is_anywhere_in_it(project: Path) -> None:
    environ = {
        "AZURE_VOICELIVE_API_KEY": "plantedsecret",
        "ACS_CONNECTION_STRING": "endpoint=https://x;accesskey=plantedsecret",
    }
    assert "plantedsecret" not in repr(rows(load_settings(project, environ=environ)))
