"""Whatever is not Azure's is emulated."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.local.need import needed, sentence

ACS = {"acs": {"connection_string": "endpoint=https://x;accesskey=a"}}
ENTRA = {"acs": {"endpoint": "https://x"}}
VOICE_LIVE = {"engine": {"endpoint": "https://v"}}


@pytest.mark.parametrize(
    ("settings", "which"),
    [
        ({}, "all"),
        (ACS, "voice-live"),
        (ENTRA, "voice-live"),
        (VOICE_LIVE, "acs"),
        (ACS | VOICE_LIVE, ""),
        (ACS | {"engine": {"endpoint": "https://v", "kind": "embedded"}}, "voice-live"),
        (ACS | {"engine": {"kind": "voice-live"}}, ""),
    ],
)
def test_what_the_settings_lack(settings: dict[str, object], which: str) -> None:
    assert needed(Settings.model_validate(settings)) == which
    assert sentence(which)


def test_the_dev_phone_is_always_an_emulated_one() -> None:
    assert needed(Settings.model_validate(ACS | VOICE_LIVE), phone=True) == "acs"


def test_a_phone_emulated_by_somebody_else_will_do() -> None:
    beside = {"acs": {**ACS["acs"], "emulator_url": "http://127.0.0.1:1"}}
    assert needed(Settings.model_validate(beside | VOICE_LIVE), phone=True) == ""
    assert "http://127.0.0.1:1" in sentence("", phone="http://127.0.0.1:1")
    assert "embedded" in sentence("voice-live", phone="http://127.0.0.1:1")
    assert "settings" in sentence("")


@pytest.mark.parametrize(
    ("sections", "which"),
    [
        ({}, "all"),
        ({"engine": {"endpoint": "https://x"}}, "twilio"),
        ({"acs": {"emulator_url": "http://127.0.0.1:1", "connection_string": "endpoint=x"}}, "all"),
    ],
)
def test_a_phone_at_twilio_is_emulated_too(sections: dict[str, Any], which: str) -> None:
    assert needed(Settings.model_validate(sections), phone=True, leg="twilio") == which


def test_twilios_calls_are_telephony_as_well() -> None:
    twilio = {"account_sid": "AC" + "0" * 32, "auth_token": "t"}
    assert needed(Settings.model_validate({"twilio": twilio})) == "voice-live"
