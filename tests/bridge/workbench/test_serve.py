"""The private listener on a real socket."""

from __future__ import annotations

import asyncio
import json
import socket

import httpx
import pytest

from voiceagent.call.commands import PhaseNoted
from voiceagent.errors import UserError
from voiceagent.observe.feed import Feed
from voiceagent.observe.report import ReportSink
from voiceagent.workbench.serve import Workbench


async def test_a_watcher_sees_notes_as_they_happen_and_the_end(caplog: pytest.LogCaptureFixture) -> None:
    feed, seen, watching = Feed(), [], asyncio.Event()

    async def watch(workbench: Workbench) -> None:
        headers = {"Authorization": f"Bearer {workbench.token}"}
        async with httpx.AsyncClient() as http, http.stream("GET", f"{workbench.url}/api/feed", headers=headers) as answer:
            async for line in answer.aiter_lines():
                if line:
                    seen.append(json.loads(line)["phase"])
                watching.set()

    async with asyncio.TaskGroup() as group, Workbench(reports=ReportSink(), feed=feed) as workbench:
        assert workbench.port > 0
        group.create_task(watch(workbench))
        await watching.wait()
        feed.note("c1", 0, PhaseNoted("answered"))
    assert seen == ["answered"]


async def test_each_start_has_its_own_token() -> None:
    first, second = (Workbench(reports=ReportSink(), feed=Feed()) for _ in range(2))
    assert first.token != second.token
    assert first.page_url.endswith(f"/?token={first.token}")


async def test_a_taken_port_is_a_user_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        workbench = Workbench(reports=ReportSink(), feed=Feed(), port=taken.getsockname()[1])
        with pytest.raises(UserError, match="is taken"):
            await workbench.__aenter__()
