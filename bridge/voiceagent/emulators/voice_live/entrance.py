"""Who comes in: which service an address means, which dialect is spoken there, and which credentials open it. Pure.

Refusals come as plain HTTP answers before the upgrade, as from the real services: 404 wrong path or version, 401 wrong
credential, 400 something is missing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from voiceagent.protocol.dialects import (
    AZURE_OPENAI,
    AZURE_OPENAI_PREVIEW,
    FOUNDRY_VOICE_AGENTS,
    OPENAI,
    VOICE_LIVE,
    Dialect,
)

ANY = "*"
"""Among the accepted tokens: all of them."""

VOICE_LIVE_PATHS = ("/voice-live/realtime", "/voice-agent/realtime")
_OTHER_PATHS = {
    "/openai/v1/realtime": AZURE_OPENAI,
    "/openai/realtime": AZURE_OPENAI_PREVIEW,
    "/v1/realtime": OPENAI,
    "/endpoint/protocols/voice": FOUNDRY_VOICE_AGENTS,
}
"""By the end of the path, the longer ones first."""


class Refused(Exception):
    """The upgrade is refused with this status and sentence."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """A client that is welcome: what it speaks and whom it wants."""

    dialect: Dialect
    model: str = ""
    """"" when an agent answers."""
    agent: str = ""
    """An agent's name or id."""
    project: str = ""
    conversation: str = ""
    """The conversation of an agent that goes on."""
    profile: str = ""
    """How a model that somebody brought along is reached (`byom-…`)."""
    client_echo_reference: bool = False
    """Whether the client may hand in what it plays, for echo cancellation."""


def query_of(target: str) -> dict[str, str]:
    """The first value of each query parameter."""
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def visit_of(target: str, headers: Mapping[str, str], *, key: str | None, tokens: tuple[str, ...] = ()) -> Visit:
    """What a request for an upgrade wants; raises `Refused`. Without a `key` any credential, or none, will do."""
    query = query_of(target)
    dialect = _dialect(urlsplit(target).path, query)
    agent = query.get("agent-name") or query.get("agent-id") or _agent_in(urlsplit(target).path, dialect)
    if key is not None and not _authorised(dialect, query, headers, key, tokens, only_tokens=bool(agent)):
        raise Refused(HTTPStatus.UNAUTHORIZED, "Access denied due to invalid subscription key or wrong API endpoint.")
    if dialect.subprotocol and dialect.subprotocol not in _offered(headers):
        raise Refused(HTTPStatus.BAD_REQUEST, f"The subprotocol '{dialect.subprotocol}' is required.")
    model = query.get(dialect.model_parameter, "")
    if not model and not agent:
        raise Refused(HTTPStatus.BAD_REQUEST, f"Missing required query parameter: {dialect.model_parameter}.")
    if agent and dialect is not FOUNDRY_VOICE_AGENTS and not query.get("agent-project-name"):
        raise Refused(HTTPStatus.BAD_REQUEST, "Missing required query parameter: agent-project-name.")
    return Visit(
        dialect,
        "" if agent else model,
        agent,
        query.get("agent-project-name", ""),
        query.get("conversation-id", ""),
        query.get("profile", ""),
        "client_ec_reference:true" in query.get("features", ""),
    )


def _dialect(path: str, query: Mapping[str, str]) -> Dialect:
    if not path.endswith(VOICE_LIVE_PATHS):
        for end, dialect in _OTHER_PATHS.items():
            if path.endswith(end):
                return _needs_version(dialect, query)
        raise Refused(HTTPStatus.NOT_FOUND, "Resource not found: the path ends in /voice-live/realtime.")
    version = query.get("api-version", "")
    if not version:
        raise Refused(HTTPStatus.BAD_REQUEST, "Missing required query parameter: api-version.")
    if version not in VOICE_LIVE:
        raise Refused(HTTPStatus.NOT_FOUND, f"Resource not found: there is no api-version '{version}'.")
    return VOICE_LIVE[version]  # unverified: vl-v1


def _needs_version(dialect: Dialect, query: Mapping[str, str]) -> Dialect:
    if dialect is AZURE_OPENAI_PREVIEW and not query.get("api-version"):
        raise Refused(HTTPStatus.BAD_REQUEST, "Missing required query parameter: api-version.")
    return dialect


def _agent_in(path: str, dialect: Dialect) -> str:
    """The agent's name in `/agents/NAME/endpoint/protocols/voice`."""
    if dialect is not FOUNDRY_VOICE_AGENTS:
        return ""
    parts = path.split("/")
    return parts[-4] if len(parts) > 4 and parts[-5] == "agents" else ""


def _offered(headers: Mapping[str, str]) -> list[str]:
    return [one.strip() for one in (headers.get("Sec-WebSocket-Protocol") or "").split(",")]


def _authorised(
    dialect: Dialect,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    key: str,
    tokens: tuple[str, ...],
    *,
    only_tokens: bool,
) -> bool:
    asked = query if dialect.key_in_query else {}
    given_key = headers.get(dialect.key_header) or asked.get("api-key") if dialect.key_header else None
    if given_key is not None and dialect.keys and not only_tokens:
        return _same(given_key, key)
    kind, _, token = (headers.get("Authorization") or asked.get("Authorization") or "").partition(" ")
    if kind.casefold() != "bearer":
        return False
    return bool(token) and (ANY in tokens or any(_same(token, good) for good in (key, *tokens)))


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
