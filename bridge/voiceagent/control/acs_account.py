"""One Communication Services resource: its client, its credentials, and its refusals as sentences.

The connection string is parsed here because the SDK's own parser drops the scheme and so cannot reach an emulator over http.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from voiceagent.discreet import Secret
from voiceagent.errors import RemoteError, UserError
from voiceagent.ports import WireFn
from voiceagent.protocol.auth import is_access_key

if TYPE_CHECKING:
    from azure.communication.callautomation.aio import CallAutomationClient

SERVICE = "Azure Communication Services"
Answer = TypeVar("Answer")

# Options of every request: an incoming call rings 30 s, so a service that does not answer is given up long before.
_PATIENCE: Mapping[str, Any] = {"retry_total": 2, "retry_backoff_max": 3, "connection_timeout": 5, "read_timeout": 15}


@dataclass(frozen=True, slots=True)
class AcsAddress:
    """Where a resource is; without a key Entra is used."""

    endpoint: str
    access_key: Secret


_WHERE_IT_IS = "copy it from the Azure portal: Communication Services resource, Keys"


def parse_connection_string(text: str) -> AcsAddress:
    """Read `endpoint=https://…;accesskey=…`. UserError when it is something else."""
    parts = dict(part.split("=", 1) for part in text.strip().strip('"').split(";") if "=" in part)
    named = {name.strip().lower(): value.strip() for name, value in parts.items()}
    endpoint, key = named.get("endpoint", "").rstrip("/"), named.get("accesskey", "")
    if not endpoint.startswith(("https://", "http://")) or not key:
        raise UserError(
            "acs.connection_string is not of the form endpoint=https://NAME.communication.azure.com;accesskey=KEY",
            remedy=_WHERE_IT_IS,
        )
    if not is_access_key(key):  # the SDK would break over it in the middle of a call
        raise UserError(
            "the accesskey in acs.connection_string is not base64 text: it was cut short or altered", remedy=_WHERE_IT_IS
        )
    return AcsAddress(endpoint, Secret(key))


@asynccontextmanager
async def acs_client(address: AcsAddress) -> AsyncIterator[CallAutomationClient]:
    """The SDK's client for the resource while the block runs."""
    from azure.communication.callautomation.aio import CallAutomationClient
    from azure.core.credentials import AzureKeyCredential

    if address.access_key:
        async with CallAutomationClient(address.endpoint, AzureKeyCredential(address.access_key.shown), **_PATIENCE) as client:
            yield client
        return
    from azure.identity.aio import DefaultAzureCredential

    async with (
        DefaultAzureCredential() as credential,
        CallAutomationClient(address.endpoint, credential, **_PATIENCE) as client,
    ):
        yield client


async def asked(request: Awaitable[Answer], operation: str) -> Answer:
    """Await a request of the SDK; its errors become RemoteError."""
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        return await request
    except HttpResponseError as error:
        raise _refusal(error, operation) from error
    except AzureError as error:
        raise RemoteError(
            f"{SERVICE} could not be reached to {operation}: {_first_line(error)}",
            service=SERVICE,
            remedy="check acs.connection_string (ACS_CONNECTION_STRING) and the network",
        ) from error


def hooks(wire: WireFn | None) -> dict[str, Any]:
    """Options of a request that show it and its answer to the taps; nothing when nobody looks."""
    if wire is None:
        return {}

    def request(pipeline: Any) -> None:
        sent = pipeline.http_request
        wire("out", _shown({"method": sent.method, "url": sent.url, "body": _json(sent.body or "")}))

    def response(pipeline: Any) -> None:
        got = pipeline.http_response
        wire("in", _shown({"status": got.status_code, "body": _json(got.text())}))

    return {"raw_request_hook": request, "raw_response_hook": response}


def _json(body: Any) -> Any:
    try:
        return json.loads(body)
    except (ValueError, TypeError):
        return None


def _shown(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _refusal(error: Any, operation: str) -> RemoteError:
    status: int | None = error.status_code
    code = str(getattr(error.error, "code", "") or "")
    message = str(getattr(error.error, "message", "") or "") or _first_line(error)
    headers = getattr(error.response, "headers", None) or {}
    remedies = {
        401: "check acs.connection_string (ACS_CONNECTION_STRING): the key must be of this resource",
        403: "the call came to another resource than the one acs.connection_string names",
        429: "the resource has reached a limit: lower limits.max_calls or ask Azure for more",
    }
    return RemoteError(
        f"{SERVICE} refused to {operation}: {status} {code} {message}".strip(),
        service=SERVICE,
        status=status,
        code=code,
        request_id=headers.get("x-ms-request-id", "") or headers.get("x-ms-client-request-id", ""),
        remedy=remedies.get(status or 0, ""),
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
