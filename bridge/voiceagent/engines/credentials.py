"""A Microsoft Entra token that is always at hand: dialling an engine never waits for one that we could have fetched before."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential

VOICE_LIVE_SCOPE = "https://ai.azure.com/.default"
EARLY_SECONDS = 300.0  # Entra tokens hold an hour; five minutes bridge an outage of Entra itself
RETRY_SECONDS = 30.0

_log = logging.getLogger(__name__)


class EntraToken:
    """Call it for a token; run `keep_fresh` beside the calls, and `close` at the end."""

    def __init__(
        self,
        scope: str,
        *,
        make_credential: Callable[[], AsyncTokenCredential] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._scope = scope
        self._make_credential = make_credential or _default_credential
        self._now = now
        self._credential: AsyncTokenCredential | None = None
        self._token: AccessToken | None = None
        self._fetching = asyncio.Lock()

    async def __call__(self) -> str:
        """The token, fetched if there is none that holds. Raises RemoteError with the remedy when nobody is signed in."""
        token = self._token
        if token is None or token.expires_on <= self._now():
            token = await self.refresh()
        return token.token

    async def refresh(self) -> AccessToken:
        """Fetch a new token, once for all who ask meanwhile."""
        stale = self._token
        async with self._fetching:
            if self._token is not None and self._token is not stale:
                return self._token
            if self._credential is None:
                self._credential = self._make_credential()
            try:
                self._token = await self._credential.get_token(self._scope)
            except Exception as error:  # azure-identity raises many kinds; all mean: not signed in here
                raise RemoteError(
                    f"no Entra token for {self._scope}: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
                    service="Microsoft Entra",
                    remedy="sign in with `az login`, give this host a managed identity, or set AZURE_VOICELIVE_API_KEY",
                ) from error
            return self._token

    def due_in(self) -> float:
        """Seconds until the token should be renewed."""
        return 0.0 if self._token is None else max(0.0, self._token.expires_on - EARLY_SECONDS - self._now())

    async def keep_fresh(self) -> None:
        """Renew the token before it expires, until cancelled. A failure is retried: the present token still holds a while."""
        while True:
            await asyncio.sleep(self.due_in())
            try:
                await self.refresh()
            except RemoteError as error:
                _log.warning("%s; trying again in %g s", error, RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await asyncio.sleep(min(1.0, self.due_in()))  # a credential that hands out an old token must not make us spin

    async def close(self) -> None:
        """Close the credential's connections."""
        if self._credential is not None:
            await self._credential.close()


def _default_credential() -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential  # 450 ms to import

    return DefaultAzureCredential()
