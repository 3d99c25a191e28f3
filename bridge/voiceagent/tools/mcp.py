"""Tools of MCP servers that this bridge speaks with: listed when the project is loaded, called during calls."""

from __future__ import annotations

import asyncio
import json
import re
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.call.commands import ToolSpec
from voiceagent.call.events import ToolOutcome, ToolReturned
from voiceagent.call.policies import ToolPolicy
from voiceagent.config.tools import McpServer
from voiceagent.discreet import Secret, without_secrets
from voiceagent.errors import RemoteError, UserError
from voiceagent.tools.define import ToolOptions
from voiceagent.tools.http import filled_in
from voiceagent.tools.mcp_connection import McpConnection
from voiceagent.tools.options import policy_of
from voiceagent.tools.output import error_text, result_text
from voiceagent.tools.run import idempotency_key
from voiceagent.tools.schema import check_name

if TYPE_CHECKING:
    from mcp.types import CallToolResult, Tool

_SHOWN = 300  # characters of a failure that the model gets
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True, slots=True)
class _Offered:
    """A tool of a server under our name for it."""

    spec: ToolSpec
    server: str
    name: str


class McpTools:
    """The tools of the servers of one project. UserError for a server that cannot be reached, or offers what cannot be meant.

    Each server has a connection of its own, which lives as long as this object.
    """

    def __init__(
        self,
        servers: Mapping[str, McpServer],
        references: Mapping[str, Secret],
        *,
        directory: Path,
        now_ms: Callable[[], float],
        limit_bytes: int = 8192,
    ) -> None:
        self._servers = {name: server for name, server in servers.items() if server.at == "bridge"}
        self._now_ms = now_ms
        self._limit_bytes = limit_bytes
        self._connections: dict[str, McpConnection] = {}
        self._offered: dict[str, _Offered] = {}
        for name, server in self._servers.items():
            connection = self._connections[name] = McpConnection(
                name,
                _known(name, server, references),
                directory=directory,
                seconds=server.connect_timeout_seconds,
            )
            weakref.finalize(self, connection.close)
            self._offer(name, server, connection.open())

    def _offer(self, server: str, settings: McpServer, tools: Sequence[Tool]) -> None:
        there = {tool.name: tool for tool in tools}
        wanted = [*settings.allowed_tools, *(settings.ask_first if isinstance(settings.ask_first, list) else ())]
        for name in wanted:
            if name not in there:
                raise UserError(
                    f"`tools.mcp.{server}` names the tool `{name}`, which the server does not have",
                    remedy=f"it has: {', '.join(there) or 'none'}",
                )
        prefix = f"{server}_" if settings.prefix is None else settings.prefix
        for name, tool in there.items():
            if settings.allowed_tools and name not in settings.allowed_tools:
                continue
            ours = _NOT_IN_NAMES.sub("_", prefix + name)
            check_name(ours, f"`tools.mcp.{server}`, tool `{name}`")
            schema = {"type": "object", "properties": {}, **tool.input_schema}
            self._offered[ours] = _Offered(ToolSpec(ours, tool.description or name, schema), server, name)

    def specs(self) -> Sequence[ToolSpec]:
        """The tools as the engine must know them."""
        return tuple(offered.spec for offered in self._offered.values())

    def policies(self, defaults: ToolPolicy, *, question: str) -> Mapping[str, ToolPolicy]:
        """How a call treats each of them."""
        return {name: self._policy(offered, defaults, question) for name, offered in self._offered.items()}

    def _policy(self, offered: _Offered, defaults: ToolPolicy, question: str) -> ToolPolicy:
        server = self._servers[offered.server]
        asks = server.ask_first
        if isinstance(asks, list):
            asks = offered.name in asks
        options = ToolOptions(
            ask_first=asks,
            filler=server.filler,
            filler_after_seconds=server.filler_after_seconds,
            max_calls=server.max_calls,
            max_seconds=server.max_seconds,
        )
        return policy_of(options, defaults, question=question)

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        """Call a tool of a server. Never raises but for cancellation."""
        began, offered = self._now_ms(), self._offered[name]
        seconds = min(timeout_ms / 1000, self._servers[offered.server].timeout_seconds)
        given = _object(arguments)
        if given is None:
            outcome: ToolOutcome = "error"
            output = error_text(f"The arguments of {name} were not accepted: they must be a JSON object.")
        else:
            outcome, output = await self._call(name, offered, given, seconds, _key(context, tool_call_id))
        return ToolReturned(tool_call_id, outcome, output, max(0.0, self._now_ms() - began))

    async def _call(
        self, name: str, offered: _Offered, given: Mapping[str, Any], seconds: float, key: str
    ) -> tuple[ToolOutcome, str]:
        try:
            async with asyncio.timeout(seconds):
                result = await self._connections[offered.server].call(offered.name, given, key=key)
        except TimeoutError:
            return "timeout", error_text(f"{name} did not answer within {seconds:g} s.")
        except RemoteError as error:
            return "error", error_text(f"{name} could not be asked: {without_secrets(str(error))[:_SHOWN]}")
        value = _value_of(result)
        if result.is_error:
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            return "error", error_text(f"{name} failed: {without_secrets(said)[:_SHOWN]}")
        return "ok", result_text(value, self._limit_bytes)


def _value_of(result: CallToolResult) -> Any:
    """What a tool answered: its value if it has one, else its texts."""
    if result.structured_content is not None:
        content = result.structured_content
        return content["result"] if content.keys() == {"result"} else content
    text = "\n".join(text for one in result.content if isinstance(text := getattr(one, "text", None), str))
    found = _json(text)
    return found if isinstance(found, (dict, list)) else text or None


def _object(arguments: str) -> dict[str, Any] | None:
    value = _json(arguments.strip() or "{}")
    return value if isinstance(value, dict) else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _key(context: Mapping[str, Any], tool_call_id: str) -> str:
    return idempotency_key(str(context.get("call_id", "")), tool_call_id)


def _known(name: str, server: McpServer, references: Mapping[str, Secret]) -> McpServer:
    """The server with its references filled in."""
    tables = {
        table: {one: filled_in(f"tools.mcp.{name}.{table}.{one}", text, references) for one, text in values.items()}
        for table, values in (("headers", server.headers), ("env", server.env))
    }
    return server.model_copy(update=tables)
