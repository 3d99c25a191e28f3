"""The Communication Services resource as its data plane shows it; what a whole set-up does not show (see test_catalogue)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor import telephony
from voiceagent.doctor.surroundings import Surroundings

ACS = "endpoint=https://acs.example;accesskey=Zm9v"
GUID = "11111111-2222-3333-4444-555555555555"


def around(**environ: str) -> Surroundings:
    return Surroundings(Path(), load_settings(None, environ=environ))


def test_whether_a_resource_is_named() -> None:
    assert telephony.chosen(around()).status == "skipped"
    assert telephony.chosen(around(ACS_CONNECTION_STRING=ACS)).detail == "acs.example (ACS_CONNECTION_STRING)"
    assert telephony.chosen(around(ACS_CONNECTION_STRING="endpoint=x")).code == "acs_connection_string"
    twilio = around(TWILIO_ACCOUNT_SID="AC" + "0" * 32, TWILIO_AUTH_TOKEN="t")
    assert "Twilio" in telephony.chosen(twilio).detail


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"ACS_AUDIENCE": GUID}, ""),
        ({}, "audience_missing"),
        ({"ACS_AUDIENCE": "https://acs.example"}, "audience_malformed"),
        ({"VOICEAGENT_BRIDGE_VERIFICATION": "unverified"}, ""),
    ],
)
def test_the_audience(environ: dict[str, str], code: str) -> None:
    assert telephony.audience(around(ACS_CONNECTION_STRING=ACS, **environ)).code == code


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "event_secret_missing"),
        ({"VOICEAGENT_EVENT_SECRET": "canary"}, "event_secret_weak"),
        ({"VOICEAGENT_EVENT_SECRET": "canary-0123456789abcdef"}, ""),
        ({"VOICEAGENT_EMULATOR_URL": "http://127.0.0.1:1"}, ""),
    ],
)
def test_the_event_secret(environ: dict[str, str], code: str) -> None:
    found = telephony.event_secret(around(ACS_CONNECTION_STRING=ACS, **environ))
    assert found.code == code
    assert "canary" not in repr(found)


async def test_keys_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from voiceagent.server import tokens

    async def fetch() -> Any:
        return {"keys": []}

    monkeypatch.setattr(tokens, "fetch_json", lambda _: fetch)
    assert (await telephony.token_keys(around(ACS_CONNECTION_STRING=ACS))).code == "acs_keys_wrong"
    assert (await telephony.token_keys(around(VOICEAGENT_BRIDGE_VERIFICATION="unverified"))).code == "verification_off"
