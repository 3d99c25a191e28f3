"""What a saved change cannot do while the bridge runs."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.server.read_once import read_once_and_changed

ENTRA = {"entra_app_id": "00000000-0000-0000-0000-000000000001", "entra_tenant_id": "00000000-0000-0000-0000-000000000002"}
AZURE = "https://x.services.ai.azure.com"


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return read_once_and_changed(Settings.model_validate(before), Settings.model_validate(after))


@pytest.mark.parametrize(
    ("after", "keys"),
    [
        ({"bridge": {"port": 9000}}, ["bridge.port"]),
        ({"bridge": {"verification": "unverified"}}, ["bridge.verification"]),
        ({"bridge": {"token_secret": "another one"}}, ["bridge.token_secret"]),
        ({"acs": {"connection_string": "endpoint=https://y;accesskey=a"}}, ["acs.connection_string"]),
        ({"acs": {"event_secret": "s"}}, ["acs.event_secret"]),
        ({"acs": {"resource_id": "r"}}, ["acs.resource_id"]),
        ({"twilio": {"account_sid": "AC1", "auth_token": "t"}}, ["twilio.account_sid", "twilio.auth_token"]),
        ({"capture": {"policy": "full"}}, ["capture.policy"]),
        ({"limits": {"engine_connections_per_minute": 90}}, ["limits.engine_connections_per_minute"]),
        ({"engine": {"endpoint": AZURE}}, ["engine.endpoint"]),
        ({"telemetry": {"otlp_endpoint": "http://127.0.0.1:4318"}}, ["telemetry.otlp_endpoint"]),
        ({"cloud": {"event_grid": ENTRA}}, ["cloud.event_grid.entra_app_id", "cloud.event_grid.entra_tenant_id"]),
        ({}, []),
    ],
)
def test_what_is_read_once_wants_a_restart(after: dict[str, Any], keys: list[str]) -> None:
    assert changed({}, after) == keys


@pytest.mark.parametrize(
    "after",
    [
        {"agent": {"greeting": "Hello."}},
        {"acs": {"phone_number": "+14255550199"}},
        {"bridge": {"audio_format": "pcm16k"}},
        {"limits": {"max_calls": 3}},
        {"cloud": {"subscription_id": "00000000-0000-0000-0000-000000000003"}},
        {"engine": {"temperature": 0.5}},
    ],
)
def test_all_else_is_for_the_next_call(after: dict[str, Any]) -> None:
    assert changed({}, after) == []


def test_an_engine_that_is_opened_with_a_token_from_now_on_wants_a_restart() -> None:
    with_key = {"engine": {"endpoint": AZURE, "api_key": "k"}}
    assert changed(with_key, {"engine": {"endpoint": AZURE}}) == ["engine.api_key"]
    assert changed(with_key, {"engine": {"endpoint": AZURE, "api_key": "k2"}}) == []
