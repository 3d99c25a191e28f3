"""A secret out of Azure Key Vault, by its address. One request when a process starts; no library of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from voiceagent.errors import RemoteError, UserError

if TYPE_CHECKING:
    import httpx

API_VERSION = "7.4"
SCOPE = "https://vault.azure.net/.default"
_TIMEOUT_SECONDS = 10.0
# The token would be sent to whatever host is named, so only vaults may be named.
_SECRET = re.compile(
    r"https://[a-z0-9-]{3,24}\.vault\.(azure\.net|azure\.cn|usgovcloudapi\.net)/secrets/[A-Za-z0-9-]{1,127}(/[0-9a-f]{32})?/?"
)


def read_secret(url: str, *, token: Callable[[], str] | None = None, transport: httpx.BaseTransport | None = None) -> str:
    """The secret's text. UserError when the address is no secret's; RemoteError when the vault or Entra refuses."""
    if not _SECRET.fullmatch(url):
        raise UserError(
            f"`capture.key_vault_key` is {url}, which is no address of a Key Vault secret",
            remedy="give https://VAULT.vault.azure.net/secrets/NAME",
        )
    import httpx

    headers = {"Authorization": f"Bearer {(token or _entra)()}"}
    try:
        with httpx.Client(transport=transport, timeout=_TIMEOUT_SECONDS) as http:
            answer = http.get(url.rstrip("/"), params={"api-version": API_VERSION}, headers=headers)
    except httpx.HTTPError as error:
        raise _refused(f"{url} could not be reached: {type(error).__name__}") from error
    body = _object(answer)
    if answer.status_code != 200 or not isinstance(body.get("value"), str):
        problem = body.get("error")
        code = str(problem.get("code", "")) if isinstance(problem, dict) else ""
        request_id = answer.headers.get("x-ms-request-id", "")
        raise _refused(f"{url} was not given", status=answer.status_code, code=code, request_id=request_id)
    return str(body["value"])


def _refused(sentence: str, *, status: int | None = None, code: str = "", request_id: str = "") -> RemoteError:
    remedy = "give this identity the role Key Vault Secrets User, or set VOICEAGENT_CAPTURE_KEY"
    return RemoteError(sentence, service="Azure Key Vault", status=status, code=code, request_id=request_id, remedy=remedy)


def _object(answer: httpx.Response) -> dict[str, object]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _entra() -> str:
    from azure.core.exceptions import AzureError
    from azure.identity import DefaultAzureCredential

    try:
        with DefaultAzureCredential() as credential:
            return credential.get_token(SCOPE).token
    except AzureError as error:
        raise RemoteError(
            "nobody is signed in who could ask Key Vault for the key of the captures",
            service="Microsoft Entra",
            remedy="sign in with `az login`, give this host a managed identity, or set VOICEAGENT_CAPTURE_KEY",
        ) from error
