"""How much of each SDK was driven: tests tell it, `scripts/conformance` reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from typing import Any

import pytest

Covered = Callable[[str, Collection[object], Collection[object]], None]
_FOUND = pytest.StashKey[dict[str, dict[str, object]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance", metavar="FILE", help="write down which operations of which SDK succeeded, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FOUND] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if file := session.config.getoption("--conformance", default=None):
        Path(file).write_text(json.dumps(session.config.stash[_FOUND], indent=1), encoding="utf-8")


@pytest.fixture
def covered(request: pytest.FixtureRequest) -> Covered:
    """`covered("package, client", those_seen, all_of_them)`: fails when one was not seen to succeed."""

    def tell(sdk: str, seen: Collection[object], everything: Collection[object]) -> None:
        missing = sorted(str(one) for one in everything if one not in seen)
        found: dict[str, object] = {"covered": len(everything) - len(missing), "total": len(everything), "missing": missing}
        request.config.stash[_FOUND][sdk] = found
        assert missing == [], f"{sdk}: not driven"

    return tell


MCP_RESULTS: dict[str, Any] = {
    "tools/list": {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in ("lookup", "broken")]},
    "lookup": {"content": [{"type": "text", "text": "shipped"}]},
    "broken": {"isError": True, "content": [{"type": "text", "text": "no database"}]},
}


@pytest.fixture
async def mcp_url() -> AsyncIterator[str]:
    """An MCP server on this machine with two tools: `lookup` answers, `broken` fails."""
    serving: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                asked = json.loads(await reader.readexactly(int(length.partition(b":")[2])))
                result = MCP_RESULTS.get(asked.get("params", {}).get("name") or asked["method"], {})
                body = json.dumps({"jsonrpc": "2.0", "id": asked.get("id"), "result": result}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
    server.close()
    await asyncio.gather(*serving)
