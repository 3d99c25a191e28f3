"""The dev phone's wire: the admin API of the telephony emulators, as the command line uses it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    import httpx

SERVICE = "ACS emulator"


class Phone:
    """One emulator of a telephony service. Every method raises RemoteError with the emulator's own sentence when it refuses."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    async def subscribe(self, endpoint: str, *, secret: str) -> None:
        """Have incoming calls announced at `endpoint`; the emulator does Event Grid's validation handshake."""
        headers = {"x-voiceagent-secret": secret} if secret else {}
        await self._ask("PUT", "/emulator/subscription", {"endpoint": endpoint, "schema": "event-grid", "headers": headers})

    async def subscribed(self) -> str:
        """Where incoming calls are announced now; "" when nowhere."""
        return str((await self._ask("GET", "/emulator/subscription"))["endpoint"] or "")

    async def ring_at(self, voice_url: str) -> None:
        """Have the emulated Twilio number ring at that address."""
        await self._ask("PUT", "/emulator/number", {"voice_url": voice_url})

    async def place_call(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Ring the bridge; returns the call's ids at once."""
        return await self._ask("POST", "/emulator/calls", plan)

    async def describe_callee(self, callee: Mapping[str, Any]) -> None:
        """How somebody behaves whom the bridge calls."""
        await self._ask("PUT", "/emulator/callees", callee)

    async def hang_up(self, call_id: str) -> None:
        """The caller puts the phone down."""
        await self._ask("DELETE", f"/emulator/calls/{call_id}")

    async def more_steps(self, call_id: str, steps: Sequence[Mapping[str, Any]], *, hang_up_after: bool) -> None:
        """Let the caller do this after what it was told so far."""
        await self._ask("POST", f"/emulator/calls/{call_id}/steps", {"steps": steps, "hang_up_after": hang_up_after})

    async def sound(self, call_id: str) -> bytes:
        """The call so far as a WAV file: what the caller said on the left, what it heard on the right."""
        answer = await self._http.get(f"{self._url}/emulator/calls/{call_id}/ear.wav")
        if answer.status_code >= 400:
            raise RemoteError(_sentence(answer), service=SERVICE, status=answer.status_code)
        return answer.content

    async def look(self, call_id: str) -> dict[str, Any]:
        """The call as the phone sees it, with what its ear measured."""
        return await self._ask("GET", f"/emulator/calls/{call_id}")

    async def arm_fault(self, name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Let a fault happen; returns what was armed."""
        return await self._ask("PUT", f"/emulator/faults/{name}", query=parameters)

    async def clear_faults(self, which: str = "") -> dict[str, Any]:
        """Take back all faults, or one by name or number."""
        return await self._ask("DELETE", f"/emulator/faults/{which}".rstrip("/"))

    async def faults(self) -> dict[str, Any]:
        """What is armed and what has happened."""
        return await self._ask("GET", "/emulator/faults")

    async def findings(self) -> dict[str, Any]:
        """What the app did that Azure would refuse or ignore."""
        return await self._ask("GET", "/emulator/findings")

    async def send_callback(self, call_id: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Send the app a callback of any type; without an id into the newest call."""
        if not call_id:
            calls = (await self._ask("GET", "/emulator/calls"))["calls"]
            if not calls:
                raise RemoteError("There is no call.", service=SERVICE, remedy="place one: voiceagent trigger call")
            call_id = calls[-1]["call_id"]
        return await self._ask("POST", f"/emulator/calls/{call_id}/callbacks", {"type": kind, "data": content})

    async def publish_event(self, kind: str, subject: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Have Event Grid deliver an event of any type."""
        return await self._ask("POST", "/emulator/events", {"type": kind, "subject": subject, "data": content})

    async def follow(self, call_id: str) -> AsyncIterator[dict[str, Any]]:
        """What happens to the call, as it happens, until it has ended."""
        import httpx

        try:
            async with self._http.stream("GET", f"{self._url}/emulator/calls/{call_id}/events", timeout=None) as answer:
                async for line in answer.aiter_lines():
                    if line.strip():
                        yield json.loads(line)
        except httpx.TransportError as error:
            raise self._gone(error) from error

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        import httpx

        try:
            answer = await self._http.request(method, self._url + path, json=body, params=query)
        except httpx.TransportError as error:
            raise self._gone(error) from error
        if answer.status_code >= 400:
            raise RemoteError(_sentence(answer), service=SERVICE, status=answer.status_code)
        return answer.json() if answer.content else {}

    def _gone(self, error: Exception) -> RemoteError:
        return RemoteError(
            f"No answer at {self._url} ({type(error).__name__}).",
            service=SERVICE,
            remedy="the emulators are gone: start `voiceagent serve` or `voiceagent emulate` again",
        )


def _sentence(answer: httpx.Response) -> str:
    """The emulator's explanation, whether it came as JSON or as text."""
    try:
        told = answer.json()
    except ValueError:
        return answer.text.strip() or answer.reason_phrase
    error = told.get("error", told) if isinstance(told, dict) else told
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)
