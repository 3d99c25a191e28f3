"""A connection to one MCP server, in a thread and a loop of its own.

The tools must be known when a project is loaded, which happens outside of any loop, and the connection must outlive that: its
protocol is spoken by tasks that belong to where it was opened. So it is opened in a thread that keeps it, and calls come over
from the loop of the call. The thread cannot keep the process alive.

A server that ended, or forgot us, is found out by the call that fails; the next call connects again. The failed one is not
repeated: whether it was carried out, nobody knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from voiceagent.config.tools import McpServer
from voiceagent.errors import RemoteError, UserError
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult, Tool

    Connecting = Callable[[McpServer, Path], AbstractAsyncContextManager[Client]]

_log = logging.getLogger(__name__)

_KEY = "voiceagent/idempotency-key"
_MOST_TOOLS = 500  # a server that goes on and on must not keep a project from loading
_ALIVE_SECONDS = 2.0  # a server that lists nothing by then is gone, whatever its connection says


class McpConnection:
    """One server. `open` it once; `call` from any loop; `close` when nobody needs it. `server` has its references filled in.

    `connecting` makes a client that is connected while its block runs.
    """

    def __init__(
        self, name: str, server: McpServer, *, directory: Path, seconds: float, connecting: Connecting | None = None
    ) -> None:
        self._connecting = connecting or _client
        self._name = name
        self._server = server
        self._directory = directory
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._client: Client | None = None
        self._closed = False
        self._opening = threading.Lock()  # calls of several loops may find it lost at once

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
        if self._closed:
            raise RemoteError("the connection is closed", service=self._name)
        if not self._connected:
            await asyncio.to_thread(self._open_again)
        loop = self._loop
        assert loop is not None
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._ask(tool, dict(arguments), key), loop))

    def close(self) -> None:
        """Let the server go; not waited for. Idempotent."""
        self._closed = True
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(stop.set)

    @property
    def _connected(self) -> bool:
        return self._client is not None and self._loop is not None and not self._loop.is_closed()

    def _open_again(self) -> None:
        with self._opening:
            if self._connected or self._closed:
                return
            try:
                self.open()
            except UserError as error:
                raise RemoteError(str(error), service=self._name) from error
            _log.info("the MCP server %s is connected again", self._name)

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
        stop = self._stop
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._seconds):
                client = await stack.enter_async_context(self._connecting(self._server, self._directory))
                tools = await _listed(client)
            self._client = client
            listed.set_result(tools)
            await stop.wait()
            self._forget(client)

    async def _ask(self, tool: str, arguments: dict[str, Any], key: str) -> CallToolResult:
        meta: Any = {_KEY: key} if key else None
        client, stop = self._client, self._stop
        if client is None or stop is None:
            raise RemoteError("the connection is closed", service=self._name)
        try:
            return await client.call_tool(tool, arguments, meta=meta)
        except Exception as error:  # every way in which a server can fail to answer
            if not await _is_alive(client):
                self._forget(client)
                stop.set()
            raise RemoteError(_in_words(error, self._seconds), service=self._name) from error

    def _forget(self, client: Client) -> None:
        if self._client is client:  # by now there may be another one
            self._client = None


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


async def _is_alive(client: Client) -> bool:
    """Whether the server still knows us: one that only refused a call does."""
    try:
        async with asyncio.timeout(_ALIVE_SECONDS):
            await client.list_tools(cache_mode="bypass")
    except Exception:  # whatever is wrong with it, another connection is the remedy
        return False
    return True


def _in_words(error: BaseException, seconds: float) -> str:
    """The first thing that went wrong, out of the groups in which it comes."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    text = str(error).splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
