"""Why an engine could not be opened: in each service's own words, and never with the address's secrets."""

from __future__ import annotations

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.http11 import Response

from voiceagent.engines.catalog import SERVICES
from voiceagent.engines.realtime import EngineConnection
from voiceagent.engines.refusals import refused, unreachable


def connection(service: str) -> EngineConnection:
    return EngineConnection(
        endpoint="https://user:s3cret@x.example/voice",
        model="mine",
        api_version="2026-07-15",
        agent="Hotel desk",
        query={"agent-access-token": "s3cret"},
        service=service,
    )


@pytest.mark.parametrize("service", sorted(set(SERVICES.values())))
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_every_refusal_has_its_own_services_remedy(service: str, status: int) -> None:
    error = refused(connection(service), InvalidStatus(Response(status, "", Headers({"apim-request-id": "r1"}))))
    assert str(error).startswith(f"{service} at x.example ")
    assert (error.status, error.request_id) == (status, "r1")
    assert ("VOICELIVE" in error.remedy) <= (service in ("Voice Live", "The pipeline"))
    assert "{" not in error.remedy


@pytest.mark.parametrize(
    ("service", "setting"),
    [
        ("Voice Live", "AZURE_VOICELIVE_API_KEY"),
        ("OpenAI", "OPENAI_API_KEY"),
        ("Azure OpenAI", "AZURE_OPENAI_API_KEY"),
        ("The Foundry agent", "keys are not accepted"),
    ],
)
def test_a_wrong_key_names_the_setting_it_came_from(service: str, setting: str) -> None:
    assert setting in refused(connection(service), InvalidStatus(Response(401, "", Headers()))).remedy


@pytest.mark.parametrize(
    ("service", "setting"),
    [
        ("Voice Live", "AZURE_VOICELIVE_ENDPOINT"),
        ("OpenAI", "engine.endpoint"),
        ("Azure OpenAI", "AZURE_OPENAI_ENDPOINT"),
        ("The Foundry agent", "the address of the project"),
    ],
)
def test_a_service_that_is_away_names_its_own_address(service: str, setting: str) -> None:
    assert setting in unreachable(connection(service), "is away").remedy


def test_an_address_that_is_none_is_not_printed_with_its_token() -> None:
    tried = connection("Voice Live")
    error = refused(tried, InvalidURI(tried.url, "scheme isn't ws or wss"))
    assert str(error) == "Voice Live at x.example cannot be reached: the address is not valid: scheme isn't ws or wss"
    assert "s3cret" not in f"{error} {error.remedy}"


@pytest.mark.parametrize(("told", "seconds"), [("3", 3.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)])
def test_how_long_a_service_wants_to_be_left_alone_is_kept(told: str, seconds: float | None) -> None:
    error = InvalidStatus(Response(429, "", Headers({"retry-after": told})))
    assert refused(connection("Voice Live"), error).retry_after_seconds == seconds
