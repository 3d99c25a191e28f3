"""The private listener, as the command line sees it."""

from __future__ import annotations

import httpx
import pytest

from voiceagent.errors import RemoteError
from voiceagent.local.workbench import Workbench


def workbench(answer: httpx.Response, seen: list[httpx.Request] | None = None) -> Workbench:
    def respond(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return answer

    return Workbench(httpx.AsyncClient(transport=httpx.MockTransport(respond)), "http://bench", "token")


async def test_the_feed_comes_line_by_line_and_with_the_token() -> None:
    seen: list[httpx.Request] = []
    bench = workbench(httpx.Response(200, content=b'\n{"note": "A"}\n{"note": "B"}\n'), seen)
    opened: list[str] = []
    assert [note["note"] async for note in bench.feed(lambda: opened.append("yes"))] == ["A", "B"]
    assert opened
    assert seen[0].headers["authorization"] == "Bearer token"


async def test_a_report_or_none_yet() -> None:
    assert await workbench(httpx.Response(200, json={"call_id": "c"})).report("c") == {"call_id": "c"}
    assert await workbench(httpx.Response(404)).report("c") is None


async def test_a_refusal_is_remote() -> None:
    with pytest.raises(RemoteError, match="wrong token"):
        await workbench(httpx.Response(401, text="wrong token")).report("c")
    with pytest.raises(RemoteError, match="wrong token"):
        async for _ in workbench(httpx.Response(401, text="wrong token")).feed(lambda: None):
            pass


async def test_a_bridge_that_is_gone_is_remote() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("peer closed connection", request=request)

    bench = Workbench(httpx.AsyncClient(transport=httpx.MockTransport(gone)), "http://bench", "token")
    with pytest.raises(RemoteError, match="http://bench is gone"):
        await bench.report("c")
    with pytest.raises(RemoteError, match="http://bench is gone"):
        async for _ in bench.feed(lambda: None):
            pass
