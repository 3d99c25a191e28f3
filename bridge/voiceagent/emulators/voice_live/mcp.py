"""MCP servers of a session: listed after the update that names them, called when the model wants one of their tools. Pure.

The order is the one that Azure's own sample waits for: a call is told inside the response, runs when the response is done, and
only then is its item done, with the output. A call that needs approval is an item that asks for it; the answer is another.

    session.updated ──> item mcp_list_tools ──> in_progress ──> completed | failed
    response: item mcp_call, arguments ──> response.done ──> mcp_call.in_progress ──> completed | failed ──> output_item.done
    response: item mcp_approval_request ──> response.done ··· client's mcp_approval_response ──> item mcp_call ──> in_progress …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.voice_live import answers, errors
from voiceagent.emulators.voice_live.conversation import Item
from voiceagent.emulators.voice_live.exchange import Exchange
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.steps import CallTool, ListTools, McpServer


def server_of(tool: Mapping[str, Any]) -> McpServer:
    """A server as a session's `tools` names it."""
    return McpServer(
        label=tool["server_label"],
        url=tool["server_url"],
        authorization=str(tool.get("authorization") or ""),
        headers={name: str(value) for name, value in (tool.get("headers") or {}).items()},
        allowed=None if tool.get("allowed_tools") is None else tuple(tool["allowed_tools"]),
        approval=tool.get("require_approval") or "always",
    )


def needs_approval(server: McpServer, name: str) -> bool:
    """Whether a tool of a server may be called only after the client said yes; the default is always."""
    if isinstance(server.approval, str):
        return server.approval != "never"
    return name not in (server.approval.get("never") or ())


@dataclass(slots=True)
class _Wanted:
    """A call on its way."""

    server: McpServer
    item: Item
    response_id: str
    output_index: int


@dataclass(slots=True)
class Mcp:
    """One session's servers and calls."""

    exchange: Exchange
    ids: Ids
    servers: dict[str, McpServer] = field(default_factory=dict)
    tools: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What each server offers, once it is known."""
    _listing: dict[str, tuple[McpServer, Item]] = field(default_factory=dict)
    _running: dict[str, _Wanted] = field(default_factory=dict)
    _asked: dict[str, _Wanted] = field(default_factory=dict)

    def configured(self, tools: Sequence[Mapping[str, Any]]) -> None:
        """The session has these tools now: new servers are asked what they offer."""
        named = {server.label: server for server in map(server_of, (one for one in tools if one["type"] == "mcp"))}
        for label in [label for label in self.servers if label not in named]:
            del self.servers[label]
            self.tools.pop(label, None)
        for label, server in named.items():
            if self.servers.get(label) != server:
                self.servers[label] = server
                self._list(server)

    def functions(self) -> tuple[dict[str, Any], ...]:
        """The servers' tools as the functions that the thinker chooses from."""
        return tuple(
            {
                "type": "function",
                "name": tool["name"],
                "description": tool.get("description") or "",
                "parameters": tool.get("input_schema") or {},
            }
            for offered in self.tools.values()
            for tool in offered
        )

    def server_with(self, name: str) -> McpServer | None:
        """The server that offers a tool."""
        for label, offered in self.tools.items():
            if any(tool["name"] == name for tool in offered):
                return self.servers[label]
        return None

    # --- listing

    def _list(self, server: McpServer) -> None:
        item = Item(self.ids.mcp("mcpl"), "mcp_list_tools", extras={"server_label": server.label, "tools": []})
        previous = self.exchange.conversation.add(item)
        self.exchange.send(answers.item_created(previous, item.shown()))
        self.exchange.send(answers.event("mcp_list_tools.in_progress", item_id=item.id))
        self._listing[item.id] = server, item
        self.exchange.steps.append(ListTools(item.id, server))

    def listed(self, item_id: str, tools: Sequence[Mapping[str, Any]]) -> None:
        """A server told what it offers."""
        server, item = self._listing.pop(item_id)
        found = [_tool(tool) for tool in tools if server.allowed is None or tool.get("name") in server.allowed]
        item.extras["tools"] = found
        if self.servers.get(server.label) is server:  # not another one that has its label by now
            self.tools[server.label] = found
        self.exchange.send(answers.event("mcp_list_tools.completed", item_id=item_id))

    def not_listed(self, item_id: str) -> None:
        """A server could not be asked."""
        self._listing.pop(item_id)
        self.exchange.send(answers.event("mcp_list_tools.failed", item_id=item_id))

    # --- calling

    def called(self, response_id: str, server: McpServer, name: str, arguments: str) -> None:
        """The model wants a tool of a server."""
        known = {"server_label": server.label, "name": name, "arguments": arguments}
        if needs_approval(server, name):
            item = Item(self.ids.mcp("mcpr"), "mcp_approval_request", extras=known)
            self.exchange.piece(response_id, lambda reply: reply.whole(item))
            self._asked[item.id] = _Wanted(server, item, response_id, 0)
            return
        item = self._call_item(known)
        self.exchange.piece(response_id, lambda reply: reply.mcp_call(item, arguments))
        active = self.exchange.active
        place = len(active.items) - 1 if active is not None else 0
        self._running[item.id] = _Wanted(server, item, response_id, place)

    def response_done(self, response_id: str) -> None:
        """The response that asked for calls is over: now they run."""
        for wanted in [one for one in self._running.values() if one.response_id == response_id]:
            self._run(wanted)

    def approved(self, item: Item) -> None:
        """The client answered a request; raises `Refusal` when there is none. unverified: vl-mcp-approval"""
        wanted = self._asked.pop(str(item.extras["approval_request_id"]), None)
        if wanted is None:
            request = item.extras["approval_request_id"]
            raise errors.Refusal(f"There is no approval request '{request}'.", param="item.approval_request_id")
        self.exchange.send(answers.item_created(self.exchange.conversation.add(item), item.shown()))
        if not item.extras["approve"]:
            return
        call = self._call_item({**wanted.item.extras, "approval_request_id": wanted.item.id})
        self.exchange.send(answers.item_created(self.exchange.conversation.add(call), call.shown()))
        approved = _Wanted(wanted.server, call, wanted.response_id, wanted.output_index)
        self._running[call.id] = approved
        self._run(approved)

    def _call_item(self, known: Mapping[str, Any]) -> Item:
        return Item(
            self.ids.mcp("mcp"), "mcp_call", extras={"approval_request_id": None, **known, "output": None, "error": None}
        )

    def _run(self, wanted: _Wanted) -> None:
        self._tell(wanted, "in_progress")
        extras = wanted.item.extras
        self.exchange.steps.append(CallTool(wanted.item.id, wanted.server, extras["name"], extras["arguments"]))

    def answered(self, item_id: str, output: str) -> None:
        """A call is done."""
        self._ended(item_id, "completed", output=output)

    def failed(self, item_id: str, message: str) -> None:
        """A call failed."""
        self._ended(item_id, "failed", error={"type": "mcp_tool_execution_error", "message": message})

    def _ended(self, item_id: str, how: str, **found: Any) -> None:
        wanted = self._running.pop(item_id)
        wanted.item.extras |= found
        self._tell(wanted, how)
        done = answers.event(
            "response.output_item.done",
            response_id=wanted.response_id,
            output_index=wanted.output_index,
            item=wanted.item.shown(),
        )
        self.exchange.send(done)

    def _tell(self, wanted: _Wanted, how: str) -> None:
        kind = f"response.mcp_call.{how}"
        self.exchange.send(answers.event(kind, item_id=wanted.item.id, output_index=wanted.output_index))


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool as an MCP server describes it, in the words of Voice Live."""
    return {
        "name": tool["name"],
        "description": tool.get("description"),
        "input_schema": tool.get("inputSchema") or tool.get("input_schema") or {"type": "object"},
        "annotations": tool.get("annotations"),
    }
