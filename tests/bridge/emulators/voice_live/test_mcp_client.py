from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voiceagent.emulators.voice_live.mcp_client import McpError, McpSession
from voiceagent.emulators.voice_live.steps import McpServer


@asynccontextmanager
async def serving(
    answers: dict[str, Any], *, stream: bool = False, status: int = 200
) -> AsyncIterator[tuple[McpServer, list[Any]]]:
    """An MCP server that gives these results by method; and what it was asked."""
    asked: list[Any] = []
    serving: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
                message = json.loads(await reader.readexactly(int(headers["content-length"])))
                asked.append((message, headers))
                given = answers.get(message["method"], {})
                answer = {
                    "jsonrpc": "2.0",
                    "id": message.get("id"),
                    **({"error": given["error"]} if "error" in given else {"result": given}),
                }
                body = json.dumps(answer, ensure_ascii=False)
                kind = "text/event-stream" if stream else "application/json"
                if stream:
                    body = f'event: message\ndata: {{"jsonrpc":"2.0","method":"ping"}}\n\nevent: message\ndata: {body}\n\n'
                writer.write(
                    f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nMcp-Session-Id: s-1\r\n"
                    f"Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield McpServer("s", f"http://127.0.0.1:{port}/mcp", authorization="token"), asked
    finally:
        server.close()
        await asyncio.gather(*serving)


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_are_listed_and_called(stream: bool) -> None:
    answers = {
        "tools/list": {"tools": [{"name": "lookup"}, {"no": "name"}]},
        "tools/call": {"content": [{"type": "text", "text": "shipped"}, {"type": "image"}]},
    }
    async with serving(answers, stream=stream) as (server, asked), McpSession(server) as session:
        assert await session.tools() == [{"name": "lookup"}]
        assert await session.call("lookup", '{"id": 1}') == "shipped"
    methods = [message["method"] for message, _ in asked]
    assert methods == ["initialize", "notifications/initialized", "tools/list", "tools/call"]
    assert asked[-1][0]["params"] == {"name": "lookup", "arguments": {"id": 1}}
    assert asked[-1][1]["authorization"] == "bearer token"
    assert asked[-1][1]["mcp-session-id"] == "s-1"


async def test_only_the_ends_of_lines_end_a_message_of_a_stream() -> None:
    answers = {"tools/call": {"content": [{"type": "text", "text": "one\u2028two"}]}}
    async with serving(answers, stream=True) as (server, _), McpSession(server) as session:
        assert await session.call("lookup", "") == "one\u2028two"


async def test_a_tool_that_fails_tells_why() -> None:
    answers = {"tools/call": {"isError": True, "content": [{"type": "text", "text": "no such order"}]}}
    async with serving(answers) as (server, _), McpSession(server) as session:
        with pytest.raises(McpError, match="no such order"):
            await session.call("lookup", "")


async def test_a_server_that_says_no_is_told() -> None:
    async with (
        serving({"tools/list": {"error": {"code": -1, "message": "closed today"}}}) as (server, _),
        McpSession(server) as session,
    ):
        with pytest.raises(McpError, match="closed today"):
            await session.tools()


async def test_what_is_no_mcp_server_is_told() -> None:
    async with serving({}, status=404) as (server, _):
        with pytest.raises(McpError, match="404"):
            await McpSession(server).__aenter__()
