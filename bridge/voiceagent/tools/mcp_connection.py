"""A connection to one MCP server, in a thread and a loop of its own.

The tools must be known when a project is loaded, which happens outside of any loop, and the connection must outlive that: its
protocol is spoken by tasks that belong to where it was opened. So it is opened in a thread that keeps it, and calls come over
from the loop of the call. The thread cannot keep the process alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from voiceagent.config.tools import McpServer
from voiceagent.errors import RemoteError, UserError
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult, Tool

_log = logging.getLogger(__name__)

_KEY = "voiceagent/idempotency-key"
_MOST_TOOLS = 500  # a server that goes on and on must not keep a project from loading


class McpConnection:
    """One server. `open` it once; `call` from any loop; `close` when nobody needs it. `server` has its references filled in."""

    def __init__(self, name: str, server: McpServer, *, directory: Path, seconds: float) -> None:
        self._name = name
        self._server = server
        self._directory = directory
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._client: Client | None = None

    def open(self) -> list[Tool]:
        """Connect and list the tools; blocks. UserError when that fails."""
        listed: Future[list[Tool]] = Future()
        threading.Thread(target=self._run, args=(listed,), name=f"voiceagent-mcp-{self._name}", daemon=True).start()
        try:
            return listed.result()
        except ModuleNotFoundError as missing:
            raise UserError(
                f"`tools.mcp.{self._name}` needs the package {missing.name}", remedy="pip install 'voiceagent-workbench[mcp]'"
            ) from missing
        except Exception as error:  # whatever the program or the server does when it is started
            where = self._server.url or self._server.command[0]
            raise UserError(
                f"`tools.mcp.{self._name}`: {where} cannot be used: {_in_words(error, self._seconds)}",
                remedy="try the command or the address by hand; it must speak the Model Context Protocol",
            ) from error

    async def call(self, tool: str, arguments: Mapping[str, Any], *, key: str = "") -> CallToolResult:
        """Call a tool; cancelling gives it up. `key` is the same for the same request. RemoteError: it cannot be asked."""
        if self._loop is None or self._loop.is_closed():
            raise RemoteError("the connection is closed", service=self._name)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._ask(tool, dict(arguments), key), self._loop))

    def close(self) -> None:
        """Let the server go; not waited for. Idempotent."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(stop.set)

    # --- in the thread

    def _run(self, listed: Future[list[Tool]]) -> None:
        try:
            asyncio.run(self._keep(listed))
        except BaseException as error:  # the edge of the thread: told to whoever waits, or to the log
            if not listed.done():
                listed.set_exception(error)
            else:
                _log.warning("the connection to the MCP server %s ended: %s", self._name, type(error).__name__)

    async def _keep(self, listed: Future[list[Tool]]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._seconds):
                self._client = await stack.enter_async_context(_client(self._server, self._directory))
                tools = await _listed(self._client)
            listed.set_result(tools)
            await self._stop.wait()
            self._client = None

    async def _ask(self, tool: str, arguments: dict[str, Any], key: str) -> CallToolResult:
        meta: Any = {_KEY: key} if key else None
        if self._client is None:
            raise RemoteError("the connection is closed", service=self._name)
        try:
            return await self._client.call_tool(tool, arguments, meta=meta)
        except Exception as error:  # every way in which a server can fail to answer
            raise RemoteError(_in_words(error, self._seconds), service=self._name) from error


@asynccontextmanager
async def _client(server: McpServer, directory: Path) -> AsyncIterator[Client]:
    """A client that is connected while the block runs."""
    import httpx2
    from mcp import Client, StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client

    async with AsyncExitStack() as stack:
        if server.command:
            program, *arguments = server.command
            said = stack.enter_context(_nowhere())
            parameters = StdioServerParameters(command=program, args=arguments, env=dict(server.env) or None, cwd=directory)
            transport: Any = stdio_client(parameters, errlog=said)
        else:
            local = on_this_machine(server.url)
            # Streams stay open while nothing is said, so only connecting is bounded here; each call has its own limit.
            patience = httpx2.Timeout(None, connect=server.connect_timeout_seconds)
            http = await stack.enter_async_context(
                httpx2.AsyncClient(headers=dict(server.headers), timeout=patience, trust_env=not local)
            )
            transport = streamable_http_client(server.url, http_client=http)
        yield await stack.enter_async_context(Client(transport))


def _nowhere() -> TextIO:
    """What a server writes to its log is its own."""
    return Path(os.devnull).open("w", encoding="utf-8")


async def _listed(client: Client) -> list[Tool]:
    tools: list[Tool] = []
    cursor: str | None = None
    while len(tools) < _MOST_TOOLS:
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        cursor = page.next_cursor
        if not cursor:
            break
    return tools


def _in_words(error: BaseException, seconds: float) -> str:
    """The first thing that went wrong, out of the groups in which it comes."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    text = str(error).splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
