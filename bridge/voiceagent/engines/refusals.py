"""Why an engine could not be opened, in words for whoever runs the bridge, and what to do about it, by service.

Addresses may hold a token in their query: only the host is ever named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.exceptions import InvalidProxy, InvalidStatus, InvalidURI

from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from voiceagent.engines.realtime import EngineConnection


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, by what happened. `{settings}` is the connection that was tried."""

    unreachable: str
    unknown_caller: str
    forbidden: str
    no_such_address: str
    too_many: str
    else_: str = "see Azure's status page, and try again"


_VOICE_LIVE = Advice(
    unreachable="check engine.endpoint (AZURE_VOICELIVE_ENDPOINT) and the network",
    unknown_caller="check engine.api_key (AZURE_VOICELIVE_API_KEY): it must be of this resource; "
    "or leave it empty and `az login`",
    forbidden="give the identity the roles Cognitive Services User and Foundry User on the resource",
    no_such_address="check engine.endpoint and engine.api_version ({settings.api_version}): "
    "the resource must be of kind AIServices",
    too_many="a resource opens 30 sessions a minute by default: ask for a higher quota, or lower limits.max_calls",
)
_ADVICE: Mapping[str, Advice] = {
    "OpenAI": Advice(
        unreachable="check the network, and engine.endpoint if it is set",
        unknown_caller="check engine.api_key, or OPENAI_API_KEY where it is empty",
        forbidden="the key's project must be allowed to use the model {settings.model}",
        no_such_address="check engine.model ({settings.model}), and engine.endpoint if it is set",
        too_many="see the limits and the credit of the account, or lower limits.max_calls",
        else_="see OpenAI's status page, and try again",
    ),
    "Azure OpenAI": Advice(
        unreachable="check engine.azure_openai.endpoint (AZURE_OPENAI_ENDPOINT) and the network",
        unknown_caller="check engine.azure_openai.api_key (AZURE_OPENAI_API_KEY): it must be of this resource; "
        "or leave it empty and `az login`",
        forbidden="give the identity the role Cognitive Services OpenAI User on the resource",
        no_such_address="check engine.azure_openai.endpoint, and that engine.model ({settings.model}) is a deployment there",
        too_many="raise the quota of the deployment {settings.model}, or lower limits.max_calls",
    ),
    "The Foundry agent": Advice(
        unreachable="check engine.endpoint, the address of the project, and the network",
        unknown_caller="`az login`, or give the bridge a managed identity: keys are not accepted",
        forbidden="give the identity the role Foundry User on the project",
        no_such_address="check engine.endpoint, the address of the project, and engine.agent.name ({settings.agent})",
        too_many="ask for a higher quota of the project, or lower limits.max_calls",
    ),
}
_HAPPENED = {
    401: ("does not accept our credentials (401)", "unknown_caller"),
    403: ("forbids us this session (403)", "forbidden"),
    404: ("knows no such address (404)", "no_such_address"),
    429: ("has no connections left for now (429)", "too_many"),
}


_PROXY = "write https_proxy as http://HOST:PORT, or unset it"
_SOCKS = "pip install python-socks, or set https_proxy to an HTTP proxy"


def unreachable(settings: EngineConnection, what: str, remedy: str = "") -> RemoteError:
    """Nobody answered as an engine does."""
    return RemoteError(
        f"{settings.service} at {_host(settings)} {what}",
        service=settings.service,
        remedy=remedy or _advice(settings).unreachable,
    )


def refused(settings: EngineConnection, error: Exception) -> RemoteError:
    """The handshake failed with that error."""
    if isinstance(error, TimeoutError):
        return unreachable(settings, f"did not answer within {settings.connect_timeout_seconds:g} s")
    if isinstance(error, InvalidURI):  # its own text is the whole address
        return unreachable(settings, f"cannot be reached: the address is not valid: {error.msg}")
    if isinstance(error, InvalidProxy):  # its text has the proxy's password
        return unreachable(settings, f"cannot be reached: https_proxy names no proxy: {error.msg}", _PROXY)
    if isinstance(error, ImportError):
        return unreachable(settings, f"cannot be reached: https_proxy names a SOCKS proxy: {error}", _SOCKS)
    if not isinstance(error, InvalidStatus):
        return unreachable(settings, f"cannot be reached: {error}")
    status = error.response.status_code
    sentence, advice = _HAPPENED.get(status, (f"answered with HTTP status {status}", "else_"))
    remedy: str = getattr(_advice(settings), advice)
    return RemoteError(
        f"{settings.service} at {_host(settings)} {sentence}",
        service=settings.service,
        status=status,
        request_id=error.response.headers.get("apim-request-id", "") or error.response.headers.get("x-ms-request-id", ""),
        remedy=remedy.format(settings=settings),
        retry_after_seconds=_seconds(error.response.headers.get("retry-after", "")),
    )


def _seconds(told: str) -> float | None:
    """A Retry-After in seconds; its other form, a date, no engine was seen to use."""
    return float(told) if told.isascii() and told.isdigit() and len(told) < 6 else None


def _advice(settings: EngineConnection) -> Advice:
    return _ADVICE.get(settings.service, _VOICE_LIVE)


def _host(settings: EngineConnection) -> str:
    try:
        return urlsplit(settings.url).netloc.rpartition("@")[2]
    except ValueError:
        return "an address that is none"
