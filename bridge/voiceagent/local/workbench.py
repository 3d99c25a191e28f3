"""The bridge's private listener: the feed of what happens in its calls, and their reports."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError, UserError

if TYPE_CHECKING:
    import httpx

SERVICE = "voiceagent serve"


class Workbench:
    """One running bridge, seen from beside it."""

    def __init__(self, http: httpx.AsyncClient, url: str, token: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def feed(self, opened: Callable[[], None]) -> AsyncIterator[dict[str, Any]]:
        """Everything that is noted after `opened` was called, in all calls; ends when the bridge does."""
        import httpx

        try:
            async with self._http.stream("GET", f"{self._url}/api/feed", headers=self._headers, timeout=None) as answer:
                await _refuse_errors(answer)
                async for line in answer.aiter_lines():
                    opened()  # the bridge sends an empty line as soon as it listens to its calls for us
                    if line.strip():
                        yield json.loads(line)
        except httpx.TransportError as error:
            raise self._gone(error) from error

    async def report(self, call_id: str) -> dict[str, Any] | None:
        """The report of a call that has ended; None while there is none."""
        import httpx

        try:
            answer = await self._http.get(f"{self._url}/api/calls/{call_id}", headers=self._headers)
        except httpx.TransportError as error:
            raise self._gone(error) from error
        if answer.status_code == 404:
            return None
        await _refuse_errors(answer)
        report: dict[str, Any] = answer.json()
        return report

    async def dial(self, wish: Mapping[str, str]) -> dict[str, Any]:
        """Have the bridge call somebody: the call's ids. UserError with the bridge's own words when it may not."""
        import httpx

        try:
            answer = await self._http.post(f"{self._url}/api/calls", headers=self._headers, json=dict(wish))
        except httpx.TransportError as error:
            raise self._gone(error) from error
        if answer.status_code in (400, 429):
            refused = answer.json()["error"]
            raise UserError(refused["message"], remedy=refused["remedy"])
        await _refuse_errors(answer)
        dialled: dict[str, Any] = answer.json()
        return dialled

    def _gone(self, error: Exception) -> RemoteError:
        return RemoteError(
            f"The bridge at {self._url} is gone ({type(error).__name__}).",
            service=SERVICE,
            remedy="start it again; its log tells why",
        )


async def _refuse_errors(answer: httpx.Response) -> None:
    if answer.status_code >= 400:
        await answer.aread()
        raise RemoteError(answer.text.strip() or answer.reason_phrase, service=SERVICE, status=answer.status_code)
