"""A bridge in another process: requests and sockets handed on, and what is said when it is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.testing.ssh import free_port
from voiceagent.tunnels.door import Door
from voiceagent.tunnels.forward import BODY_LIMIT, forwarding
from voiceagent.tunnels.probe import probe

HEADERS = {"authorization": "Bearer t", "x-ms-call-connection-id": "cc"}


async def mirror(request: Request) -> Response:
    seen = " ".join(f"{name}={request.headers.get(name)}" for name in HEADERS)
    told = f"{request.method} {request.url.path}?{request.url.query} {seen} "
    return PlainTextResponse(told.encode() + await request.body(), status_code=202, headers={"x-own": "kept"})


async def chat(websocket: WebSocket) -> None:
    if websocket.headers.get("authorization") != HEADERS["authorization"]:
        await websocket.send_denial_response(Response(status_code=401))
        return
    await websocket.accept()
    await websocket.send_text(f"{websocket.url.path} {await websocket.receive_text()}")
    await websocket.send_bytes(await websocket.receive_bytes())
    await websocket.close(4321, "so long")


INSIDE = Starlette(
    routes=[WebSocketRoute("/media/{rest:path}", chat), Route("/{rest:path}", mirror, methods=["GET", "POST", "OPTIONS"])]
)


@pytest.fixture
async def outside(serving: Any) -> AsyncIterator[str]:
    async with serving(INSIDE) as inside, forwarding(inside) as app, serving(Door(app)) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        yield client


async def test_a_request_is_handed_on_whole(outside: str, http: httpx.AsyncClient) -> None:
    answer = await http.post(f"http://{outside}/callbacks/1/t?x=1", content=b"body", headers=HEADERS)
    assert (answer.status_code, answer.headers["x-own"]) == (202, "kept")
    assert answer.text == "POST /callbacks/1/t?x=1 authorization=Bearer t x-ms-call-connection-id=cc body"
    assert (await http.options(f"http://{outside}/events")).status_code == 202


async def test_what_is_not_public_is_not(outside: str, http: httpx.AsyncClient) -> None:
    assert (await http.get(f"http://{outside}/api/calls")).status_code == 404


async def test_a_body_has_its_limit(outside: str, http: httpx.AsyncClient) -> None:
    assert (await http.post(f"http://{outside}/events", content=b"x" * (BODY_LIMIT + 1))).status_code == 413


async def test_a_socket_goes_both_ways_and_ends_as_it_ended(outside: str) -> None:
    async with connect(f"ws://{outside}/media/1/t", additional_headers=HEADERS, proxy=None) as socket:
        await socket.send("hello")
        assert await socket.recv() == "/media/1/t hello"
        await socket.send(b"\x00")
        assert await socket.recv() == b"\x00"
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert (socket.close_code, socket.close_reason) == (4321, "so long")


async def test_a_refusal_is_handed_back(outside: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"ws://{outside}/media/1/t", proxy=None)
    assert caught.value.response.status_code == 401


async def test_the_bridge_is_not_there(serving: Any, http: httpx.AsyncClient) -> None:
    async with forwarding(free_port()) as app, serving(Door(app)) as port:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code == 502
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"ws://127.0.0.1:{port}/media/1/t", proxy=None)
        assert caught.value.response.status_code == 502


async def test_a_caller_that_leaves_is_let_go(serving: Any) -> None:
    left = asyncio.Event()

    async def listen(websocket: WebSocket) -> None:
        await websocket.accept()
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass
        left.set()

    inside_app = Starlette(routes=[WebSocketRoute("/media/{rest:path}", listen)])
    async with serving(inside_app) as inside, forwarding(inside) as app, serving(Door(app)) as port:
        async with connect(f"ws://127.0.0.1:{port}/media/1/t", proxy=None):
            pass
        async with asyncio.timeout(5):
            await left.wait()


async def test_a_bridge_is_reached_through_it(port: int, serving: Any) -> None:
    async with forwarding(port) as app, serving(Door(app)) as outside:
        assert (await probe(f"http://127.0.0.1:{outside}", secret="the-event-secret")).ok
