from __future__ import annotations

from http import HTTPStatus

import pytest

from voiceagent.emulators.voice_live.entrance import ANY, Refused, query_of, visit_of
from voiceagent.protocol.dialects import AZURE_OPENAI, AZURE_OPENAI_PREVIEW, FOUNDRY_VOICE_AGENTS, OPENAI, VOICE_LIVE, Dialect

GOOD = "/voice-live/realtime?api-version=2026-07-15&model=gpt-realtime"
AGENT = "/voice-live/realtime?api-version=2026-07-15&agent-name=desk&agent-project-name=calls"
KEY = {"api-key": "right"}
BEARER = {"Authorization": "Bearer right"}


def status_of(target: str, headers: dict[str, str], tokens: tuple[str, ...] = ()) -> HTTPStatus | None:
    try:
        visit_of(target, headers, key="right", tokens=tokens)
    except Refused as refused:
        return refused.status
    return None


@pytest.mark.parametrize(
    ("target", "dialect"),
    [
        (GOOD, VOICE_LIVE["2026-07-15"]),
        ("/a/prefix/voice-live/realtime?api-version=2026-04-10&model=m", VOICE_LIVE["2026-04-10"]),
        ("/voice-agent/realtime?api-version=2025-05-01-preview&model=m", VOICE_LIVE["2025-05-01-preview"]),
        ("/voice-live/realtime?api-version=v1&model=m", VOICE_LIVE["v1"]),
        ("/v1/realtime?model=m", OPENAI),
        ("/openai/v1/realtime?model=m", AZURE_OPENAI),
        ("/openai/realtime?api-version=2024-10-01-preview&deployment=m", AZURE_OPENAI_PREVIEW),
    ],
)
def test_the_address_tells_the_dialect(target: str, dialect: Dialect) -> None:
    visit = visit_of(target, {}, key=None)
    assert visit.dialect is dialect
    assert visit.model in ("m", "gpt-realtime")


@pytest.mark.parametrize(
    "headers",
    [{"api-key": "right"}, {"Authorization": "Bearer right"}, {"Authorization": "bearer entra-token"}],
)
def test_the_key_or_a_known_token_opens_the_door(headers: dict[str, str]) -> None:
    assert status_of(GOOD, headers, ("entra-token",)) is None


def test_any_token_opens_where_any_is_accepted() -> None:
    assert status_of(GOOD, {"Authorization": "Bearer whatever"}, (ANY,)) is None
    assert status_of(GOOD, {"Authorization": "Bearer "}, (ANY,)) is HTTPStatus.UNAUTHORIZED
    assert status_of(GOOD, {"api-key": "whatever"}, (ANY,)) is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("query", ["&api-key=right", "&Authorization=Bearer%20right", "&Authorization=Bearer+right"])
def test_credentials_may_stand_in_the_query_of_dated_versions_only(query: str) -> None:
    assert status_of(GOOD + query, {}) is None
    assert status_of("/voice-live/realtime?api-version=v1&model=m" + query, {}) is HTTPStatus.UNAUTHORIZED
    assert status_of("/openai/v1/realtime?model=m" + query, {}) is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "headers",
    [{}, {"api-key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right"}, {"Authorization": "right"}],
)
def test_wrong_credentials_are_401(headers: dict[str, str]) -> None:
    assert status_of(GOOD, headers) is HTTPStatus.UNAUTHORIZED


def test_openai_takes_its_key_as_a_token() -> None:
    assert status_of("/v1/realtime?model=m", BEARER) is None
    assert status_of("/v1/realtime?model=m", KEY) is HTTPStatus.UNAUTHORIZED


def test_agents_take_no_key() -> None:
    assert status_of(AGENT, KEY) is HTTPStatus.UNAUTHORIZED
    assert status_of(AGENT, BEARER) is None


def test_an_agent_is_found_with_its_project() -> None:
    visit = visit_of(AGENT + "&conversation-id=conv_1", {}, key=None)
    assert (visit.agent, visit.project, visit.conversation, visit.model) == ("desk", "calls", "conv_1", "")
    assert status_of("/voice-live/realtime?api-version=2026-07-15&agent-name=desk", BEARER) is HTTPStatus.BAD_REQUEST


def test_a_voice_agent_wants_its_subprotocol() -> None:
    target = "/agents/front-desk/endpoint/protocols/voice?api-version=v1"
    assert status_of(target, BEARER) is HTTPStatus.BAD_REQUEST
    visit = visit_of(target, {**BEARER, "Sec-WebSocket-Protocol": "other, realtime"}, key="right")
    assert (visit.dialect, visit.agent) == (FOUNDRY_VOICE_AGENTS, "front-desk")


def test_what_else_the_address_may_tell() -> None:
    visit = visit_of(GOOD + "&profile=byom-azure-openai-realtime&features=client_ec_reference:true", {}, key=None)
    assert visit.profile == "byom-azure-openai-realtime"
    assert visit.client_echo_reference


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/voice-live/realtime?api-version=2026-07-15", HTTPStatus.BAD_REQUEST),
        ("/voice-live/realtime?model=m", HTTPStatus.BAD_REQUEST),
        ("/voice-live/realtime?api-version=2019-01-01&model=m", HTTPStatus.NOT_FOUND),
        ("/openai/realtime?deployment=m", HTTPStatus.BAD_REQUEST),
        ("/openai/realtime?api-version=2024-10-01-preview&model=m", HTTPStatus.BAD_REQUEST),
        ("/", HTTPStatus.NOT_FOUND),
    ],
)
def test_paths_versions_and_models_are_checked(target: str, status: HTTPStatus) -> None:
    assert status_of(target, KEY) is status


def test_the_first_of_repeated_parameters_counts() -> None:
    assert query_of("/x?a=1&a=2&b=%20") == {"a": "1", "b": " "}
