"""What a deployed bridge is told: what is not in the project's file, and nothing that is about this machine."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.containers.variables import own_redis, redis_url, token_secret, variables
from voiceagent.errors import UserError


def test_what_the_environment_says_travels_and_what_the_file_says_does_not(loading: Any) -> None:
    told = variables(loading({"VOICEAGENT_AGENT_LANGUAGE": "de-DE"}, silence={"after_seconds": 5}))
    assert told.plain["VOICEAGENT_AGENT_LANGUAGE"] == "de-DE"
    assert told.plain["VOICEAGENT_ACS_RESOURCE_ID"] == "the-resource"
    assert not [name for name in told.plain if "SILENCE" in name]


def test_what_is_about_this_machine_stays(loading: Any) -> None:
    told = variables(
        loading(
            {
                "PORT": "9000",
                "VOICEAGENT_PUBLIC_URL": "https://laptop.example",
                "VOICEAGENT_EMULATOR_URL": "http://x",
                "NGROK_AUTHTOKEN": "t",
            }
        )
    )
    assert told.plain["VOICEAGENT_BRIDGE_PORT"] == "8080"
    assert not [
        name for name in (*told.plain, *told.secrets) if "PUBLIC" in name or "EMULATOR" in name or name.endswith("TOKEN")
    ]
    assert not [name for name in told.plain if "CLOUD" in name or "DEPLOY" in name]


def test_lists_are_written_as_the_settings_read_them(loading: Any) -> None:
    assert (
        variables(loading({"VOICEAGENT_AGENT_NUMBERS": '["+14255550100"]'})).plain["VOICEAGENT_AGENT_NUMBERS"]
        == '["+14255550100"]'
    )


def test_secrets_are_apart_and_not_shown(loading: Any) -> None:
    told = variables(loading({"ERP_KEY": "do-not-tell-4"}, deploy={"secrets": ["ERP_KEY"]}))
    assert [name for name in told.secrets if name not in ("VOICEAGENT_BRIDGE_TOKEN_SECRET",)] == [
        "ERP_KEY",
        "VOICEAGENT_ACS_CONNECTION_STRING",
        "VOICEAGENT_ACS_EVENT_SECRET",
    ]
    assert "do-not-tell" not in f"{told!r} {told.plain}"


def test_a_named_secret_that_is_not_here_is_told(loading: Any) -> None:
    with pytest.raises(UserError, match=r"deploy\.secrets names HR_KEY, which is not set here"):
        variables(loading(deploy={"secrets": ["HR_KEY"]}))


def test_the_secret_of_addresses_is_the_same_in_every_run_and_the_users_own_when_there_is_one(loading: Any) -> None:
    assert token_secret(loading().settings) == token_secret(loading().settings)
    assert token_secret(loading({"VOICEAGENT_TOKEN_SECRET": "mine"}).settings).shown == "mine"


def test_without_any_secret_none_can_be_derived(loading: Any) -> None:
    bare = loading({"ACS_CONNECTION_STRING": "", "VOICEAGENT_EVENT_SECRET": "", "ACS_ENDPOINT": "https://line.example"})
    with pytest.raises(UserError, match=r"acs\.event_secret is empty"):
        token_secret(bare.settings)


def test_several_replicas_have_a_redis_of_their_own_or_the_named_one(loading: Any) -> None:
    assert redis_url(loading().settings) is None
    several = loading(deploy={"max_replicas": 3}).settings
    url = redis_url(several)
    assert own_redis(several)
    assert url is not None
    assert url.shown.startswith("redis://:")
    assert url.shown.endswith("@voiceagent-redis:6379/0")
    named = loading({"REDIS_URL": "rediss://cache.example:6380"}, deploy={"max_replicas": 3}).settings
    assert not own_redis(named)
    assert variables(loading({"REDIS_URL": "rediss://cache.example:6380"})).secrets["VOICEAGENT_SHARED_REDIS_URL"].shown == (
        "rediss://cache.example:6380"
    )


def test_calls_get_all_of_the_grace_but_what_leaving_takes(loading: Any) -> None:
    assert variables(loading(deploy={"grace_seconds": 120})).plain["VOICEAGENT_BRIDGE_DRAIN_SECONDS"] == "100"


def test_telemetry_goes_where_the_settings_say_and_its_headers_are_secret(loading: Any) -> None:
    told = variables(
        loading({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://otel.example", "OTEL_EXPORTER_OTLP_HEADERS": "key=do-not-tell"})
    )
    assert told.plain["VOICEAGENT_TELEMETRY_OTLP_ENDPOINT"] == "https://otel.example"
    assert told.secrets["VOICEAGENT_TELEMETRY_HEADERS"].shown == "key=do-not-tell"
