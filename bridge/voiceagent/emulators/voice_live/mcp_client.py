"""A client of MCP servers over streamable HTTP: just enough to list tools and to call one.

Each question is a JSON-RPC request of its own; a server answers with JSON, or with a stream of events that ends in the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from voiceagent import __version__
from voiceagent.emulators.voice_live.steps import McpServer
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx

PROTOCOL = "2025-06-18"
SECONDS = 30.0
MOST_PAGES = 20
"""A server that goes on listing for longer than this is not believed."""


class McpError(Exception):
    """A server said no, or something that is not MCP."""


class McpSession:
    """`async with McpSession(server) as session: await session.tools()`."""

    def __init__(self, server: McpServer) -> None:
        self._server = server
        self._numbers = count(1)
        self._headers = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": PROTOCOL,
            **server.headers,
        }
        if server.authorization:
            bearer = server.authorization if " " in server.authorization else f"Bearer {server.authorization}"
            self._headers["Authorization"] = bearer
        self._client: httpx.AsyncClient

    async def __aenter__(self) -> McpSession:
        import httpx

        self._client = httpx.AsyncClient(timeout=SECONDS, trust_env=False, verify=authorities())
        try:
            who = {"name": "voiceagent-emulator", "version": __version__}
            await self._ask("initialize", protocolVersion=PROTOCOL, capabilities={}, clientInfo=who)
            await self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        except BaseException:  # raised again, cancellation too: whom nobody entered, nobody closes
            await self._client.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def tools(self) -> list[dict[str, Any]]:
        """All tools the server offers."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        for _ in range(MOST_PAGES):
            page = await self._ask("tools/list", **cursor)
            found += [tool for tool in page.get("tools") or () if isinstance(tool, dict) and isinstance(tool.get("name"), str)]
            if not page.get("nextCursor"):
                break
            cursor = {"cursor": page["nextCursor"]}
        return found

    async def call(self, name: str, arguments: str) -> str:
        """The text that a tool answers. Raises McpError when the tool says that it failed."""
        result = await self._ask("tools/call", name=name, arguments=json.loads(arguments or "{}"))
        parts = [part for part in result.get("content") or () if isinstance(part, dict)]
        text = "\n".join(str(part["text"]) for part in parts if part.get("type") == "text")
        if result.get("isError"):
            raise McpError(text or "the tool failed")
        return text

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = await self._post({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        message = next((one for one in _messages(answer) if one.get("id") == number), None)
        if message is None:
            raise McpError(f"{method} was not answered")
        if "error" in message:
            raise McpError(str((message["error"] or {}).get("message") or message["error"]))
        result = message.get("result")
        return result if isinstance(result, dict) else {}

    async def _post(self, message: Mapping[str, Any]) -> httpx.Response:
        response = await self._client.post(self._server.url, json=message, headers=self._headers)
        if response.status_code >= 400:
            raise McpError(f"the server answered with HTTP status {response.status_code}")
        if session := response.headers.get("mcp-session-id"):
            self._headers["Mcp-Session-Id"] = session
        return response


_LINE_END = re.compile("\r\n|\n|\r")
"""Of an event stream; its JSON may hold other signs that Python takes for the end of a line."""


def _messages(response: httpx.Response) -> list[dict[str, Any]]:
    """The JSON-RPC messages in an answer, of either kind."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        texts = [line.removeprefix("data:").strip() for line in _LINE_END.split(response.text) if line.startswith("data:")]
    else:
        texts = [response.text]
    try:
        found = [json.loads(text) for text in texts if text]
    except ValueError:
        raise McpError("the server did not answer with JSON") from None
    return [one for one in found if isinstance(one, dict)]
