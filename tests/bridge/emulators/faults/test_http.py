"""HTTP faults on the wire, met by a real client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from voiceagent.emulators.faults.http import UnreliableApp, cuttable_protocol
from voiceagent.emulators.faults.switchboard import Switchboard


class Slept:
    """A sleep that takes no time and remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@asynccontextmanager
async def a_server(board: Switchboard) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    done: list[str] = []

    async def work(request: Request) -> JSONResponse:
        done.append(request.method)
        return JSONResponse({"done": len(done)})

    routes = [Route("/calling/x", work, methods=["POST"]), Route("/emulator/faults", work)]
    app = UnreliableApp(Starlette(routes=routes), board, lambda method, path: f"acs:{method.lower()}_{path.rsplit('/')[-1]}")
    config = uvicorn.Config(app, log_config=None, lifespan="off", http=cuttable_protocol(), timeout_graceful_shutdown=1)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await server.startup([listening])
        async with asyncio.TaskGroup() as tasks, httpx.AsyncClient(base_url=base, trust_env=False) as client:
            serving = tasks.create_task(server.main_loop())
            yield client, done
            server.should_exit = True
            await serving
        await server.shutdown([listening])


async def test_without_faults_it_is_the_app() -> None:
    async with a_server(Switchboard()) as (client, _):
        assert (await client.post("/calling/x")).json() == {"done": 1}


@pytest.mark.parametrize("retry", ["7", "none"])
async def test_a_request_is_refused_and_nothing_is_done(retry: str) -> None:
    board = Switchboard()
    board.arm("request.throttled", {"retry_after_s": retry, "only": "post_x"})
    async with a_server(board) as (client, done):
        answer = await client.post("/calling/x")
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "8516")
        assert answer.headers.get("retry-after") == (None if retry == "none" else "7")
        assert done == []
        assert (await client.post("/calling/x")).status_code == 200


@pytest.mark.parametrize(("when", "work"), [("before", []), ("after", ["POST"])])
async def test_an_answer_is_lost_before_or_after_the_work(when: str, work: list[str]) -> None:
    board = Switchboard()
    board.arm("request.lost", {"when": when})
    async with a_server(board) as (client, done):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await client.post("/calling/x")
        assert done == work


async def test_an_answer_comes_late_though_the_work_is_done() -> None:
    slept = Slept()
    board = Switchboard(sleep=slept)
    board.arm("request.late", {"ms": 1500})
    async with a_server(board) as (client, done):
        assert (await client.post("/calling/x")).json() == {"done": 1}
    assert (slept.seconds, done) == ([1.5], ["POST"])


async def test_a_request_may_get_no_answer_at_all() -> None:
    board = Switchboard()
    board.arm("request.hanging", {})
    async with a_server(board) as (client, _):
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/calling/x", timeout=0.05)


async def test_the_emulators_own_addresses_never_fail() -> None:
    board = Switchboard()
    board.arm("request.failed", {"times": 0})
    async with a_server(board) as (client, _):
        assert (await client.get("/emulator/faults")).status_code == 200
        assert (await client.post("/calling/x")).status_code == 500
