"""A connection that belongs to a thread: opened before any loop, called from any, closed without waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from in_a_thread import served

from voiceagent.config.tools import McpServer
from voiceagent.errors import RemoteError, UserError
from voiceagent.tools.mcp_connection import McpConnection

pytest.importorskip("mcp")


@dataclass(slots=True)
class Crm:
    """A server with one tool. `teams`: what its clients sent as X-Team."""

    url: str = ""
    teams: list[str] = field(default_factory=list)


@contextmanager
def mcp_server() -> Iterator[Crm]:
    """A server with streamable HTTP on this machine while the block runs."""
    from mcp.server import MCPServer

    crm, offered = Crm(), MCPServer("crm")

    @offered.tool()
    def echo(text: str = "") -> str:
        """Echo."""
        return text

    app = offered.streamable_http_app(json_response=True)

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        crm.teams += [value.decode() for name, value in scope.get("headers", ()) if name == b"x-team"]
        await app(scope, receive, send)

    with served(listening) as url:
        crm.url = f"{url}/mcp"
        yield crm


def connection(url: str, **headers: str) -> McpConnection:
    server = McpServer.model_validate({"url": url, "headers": headers})
    return McpConnection("crm", server, directory=Path(), seconds=20)


def test_a_server_at_an_address_is_listed_before_there_is_a_loop_and_called_from_two() -> None:
    with mcp_server() as crm:
        connected = connection(crm.url, **{"X-Team": "desk"})
        assert [tool.name for tool in connected.open()] == ["echo"]
        answers = [asyncio.run(connected.call("echo", {"text": text}, key="k1")) for text in ("one", "two")]
        connected.close()
    assert [answer.content[0].text for answer in answers] == ["one", "two"]  # type: ignore[union-attr]  # texts, all of them
    assert "desk" in crm.teams


def test_a_closed_connection_says_so_and_its_thread_ends() -> None:
    with mcp_server() as crm:
        connected = connection(crm.url)
        connected.open()
        connected.close()
        [thread] = [one for one in threading.enumerate() if one.name == "voiceagent-mcp-crm"] or [None]
        if thread is not None:
            thread.join(10)
        with pytest.raises(RemoteError, match="closed"):
            asyncio.run(connected.call("echo", {}))


class Mortal:
    """A server's client: it answers with its number, until it is told to end."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._alive = True

    async def call_tool(self, name: str, _: dict[str, Any], *, meta: object = None) -> str:
        self._alive = self._alive and name != "end"
        self._check()
        if name == "refuse":
            raise ValueError("not today")
        return f"{self._number} {meta}"

    async def list_tools(self, **_: object) -> Any:
        self._check()
        return SimpleNamespace(tools=[], next_cursor=None)

    def _check(self) -> None:
        if not self._alive:
            raise ConnectionError("closed")


def test_a_server_that_ended_is_connected_to_again_by_the_next_call() -> None:
    """What real ones raise when their program is gone: `MCPError: Connection closed`, for every call from then on."""
    made: list[Mortal] = []

    @asynccontextmanager
    async def connecting(*_: object) -> AsyncIterator[Any]:
        made.append(Mortal(len(made) + 1))
        yield made[-1]

    server = McpServer.model_validate({"command": ["mortal"]})
    connected = McpConnection("mortal", server, directory=Path(), seconds=20, connecting=connecting)
    connected.open()

    def ask(name: str) -> object:
        return asyncio.run(connected.call(name, {}))

    with pytest.raises(RemoteError, match="not today"):
        ask("refuse")
    assert ask("who") == "1 None"  # a refusal is no reason to connect anew
    with pytest.raises(RemoteError, match="closed"):
        ask("end")
    assert ask("who") == "2 None"
    connected.close()
    with pytest.raises(RemoteError, match="closed"):
        ask("who")


def test_a_server_that_does_not_come_back_is_told_with_every_call() -> None:
    with mcp_server() as crm:
        connected = McpConnection("gone", McpServer.model_validate({"url": crm.url}), directory=Path(), seconds=20)
        connected.open()
    for _ in range(2):
        with pytest.raises(RemoteError):
            asyncio.run(connected.call("echo", {}))
    connected.close()
    for thread in [one for one in threading.enumerate() if one.name == "voiceagent-mcp-gone"]:
        thread.join(10)
        assert not thread.is_alive()


def test_an_address_where_nobody_is_is_told() -> None:
    with pytest.raises(UserError, match="cannot be used"):
        connection("http://127.0.0.1:9/mcp").open()
