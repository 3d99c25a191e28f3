"""Several replicas behind one address: what arrives at the wrong one reaches the right one, and a stranger reaches none."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace
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

from voiceagent.config.schema import Settings
from voiceagent.errors import UserError
from voiceagent.server.listen import bind, listening
from voiceagent.server.public import Public
from voiceagent.server.replicas import PREFIX, Doors, address_towards, among_replicas, behind, door
from voiceagent.server.webhooks import BODY_LIMIT

SECRET = b"what all replicas know"


def edge(name: str) -> Starlette:
    """A public edge that tells who it is and what came."""

    async def callbacks(request: Request) -> Response:
        told = f"{name} {request.url.path.rsplit('/', 1)[-1]} {request.url.query} {(await request.body()).decode()}"
        return PlainTextResponse(told, status_code=202, headers={"x-from": request.headers.get("authorization", "")})

    async def media(websocket: WebSocket) -> None:
        if websocket.headers.get("authorization") != "Bearer azure":
            await websocket.send_denial_response(Response(status_code=401))
            return
        await websocket.accept()
        await websocket.send_text(name)
        while (text := await websocket.receive_text()) != "end":
            await websocket.send_text(text.upper())
        await websocket.close(4000, "the call is over")

    async def packed(_: Request) -> Response:
        return Response(gzip.compress(b"a long answer"), headers={"content-encoding": "gzip"})

    return Starlette(
        routes=[
            Route("/packed/{call}", packed, methods=["POST"]),
            Route("/callbacks/{call}", callbacks, methods=["POST"]),
            WebSocketRoute("/media/{call}", media),
        ]
    )


def world(*names: str) -> tuple[dict[str, httpx.AsyncClient], dict[str, str]]:
    """Clients of replicas that reach each other without sockets, and their doors, by name."""
    mounts: dict[str, httpx.ASGITransport] = {}

    async def between(request: httpx.Request) -> httpx.Response:
        if request.url.host not in mounts:
            raise httpx.ConnectError("nobody is there", request=request)
        return await mounts[request.url.host].handle_async_request(request)

    http = httpx.AsyncClient(transport=httpx.MockTransport(between))
    doors = {name: door(f"{name}:80", SECRET) for name in names}
    mounts |= {name: httpx.ASGITransport(Doors(edge(name), own=doors[name], secret=SECRET, http=http)) for name in names}
    return {name: httpx.AsyncClient(transport=mounts[name], base_url=f"http://{name}") for name in names}, doors


@asynccontextmanager
async def replicas(*names: str) -> AsyncIterator[dict[str, SimpleNamespace]]:
    """Replicas by name on the loopback: `ws` of each, and the `door` its calls have."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        found = {}
        for name in names:
            where = bind("127.0.0.1", 0)
            stack.callback(where.close)
            address = f"127.0.0.1:{where.getsockname()[1]}"
            own = door(address, SECRET)
            await stack.enter_async_context(
                listening(Doors(edge(name), own=own, secret=SECRET, http=http), where, short_path=True)
            )
            found[name] = SimpleNamespace(door=own, ws=f"ws://{address}")
        yield found


async def test_a_report_reaches_the_replica_whose_call_it_is_about() -> None:
    at, doors = world("one", "two")
    for entrance in at.values():
        answer = await entrance.post(f"{doors['two']}/callbacks/7?q=1", content="body", headers={"authorization": "Bearer x"})
        assert (answer.status_code, answer.text) == (202, "two 7 q=1 body")
        assert answer.headers["x-from"] == "Bearer x"


@pytest.mark.parametrize("forged", ["", "b25lOjgw", "b25lOjgw.00000000000000000000000000000000", "%C3%BC.x", "."])
async def test_nobody_chooses_where_we_knock(forged: str) -> None:
    at, _ = world("one")
    assert (await at["one"].post(f"{PREFIX}{forged}/callbacks/7")).status_code == 404


async def test_a_replica_that_is_gone_is_no_reason_to_hang() -> None:
    at, _ = world("one")
    assert (await at["one"].post(f"{door('gone:80', SECRET)}/callbacks/7")).status_code == 503


async def test_a_body_too_large_for_us_is_not_passed_on() -> None:
    at, doors = world("one", "two")
    answer = await at["one"].post(f"{doors['two']}/callbacks/7", content=b"x" * (BODY_LIMIT + 1))
    assert answer.status_code == 413


async def test_an_answer_that_was_unpacked_on_the_way_is_not_said_to_be_packed() -> None:
    at, doors = world("one", "two")
    answer = await at["one"].post(f"{doors['two']}/packed/7")
    assert (answer.status_code, answer.text) == (200, "a long answer")
    assert "content-encoding" not in answer.headers


async def test_headers_pass_as_the_bytes_they_are() -> None:
    at, doors = world("one", "two")
    answer = await at["one"].post(f"{doors['two']}/callbacks/7", headers={b"authorization": "Bearer \u00e9".encode("latin-1")})
    assert (answer.status_code, answer.headers["x-from"]) == (202, "Bearer \u00e9")


@pytest.mark.parametrize("path", ["/callbacks/7#x", "/callbacks/\x7f"])
async def test_a_path_that_is_none_leads_nowhere(path: str) -> None:
    at, doors = world("one", "two")
    sent: list[Any] = []
    raw = f"{doors['two']}{path}"
    scope = {"path": raw, "raw_path": raw.encode(), "query_string": b"", "headers": [], "method": "POST"}
    edge_of_one: Any = at["one"]._transport
    asked = iter([{"type": "http.request", "body": b""}])

    async def receive() -> Any:
        return next(asked, {"type": "websocket.connect"})

    async def send(message: Any) -> None:
        sent.append(message)

    await edge_of_one.app({**scope, "type": "http", "http_version": "1.1"}, receive, send)
    extensions = {"websocket.http.response": {}}
    await edge_of_one.app({**scope, "type": "websocket", "extensions": extensions, "subprotocols": []}, receive, send)
    statuses = [message["status"] for message in sent if "status" in message]
    assert statuses[0] in (202, 404)
    assert statuses[1:] in ([404], [503])


async def test_a_caller_who_is_gone_before_the_replica_answers_leaves_no_traceback() -> None:
    async with replicas("two") as at:
        scope = {"type": "websocket", "path": "", "query_string": b"", "extensions": {}, "subprotocols": []}
        raw = f"{at['two'].door}/media/7"
        headers = [(b"authorization", b"Bearer azure")]

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(_: Any) -> None:
            raise OSError("the peer is gone")

        passing = Doors(edge("one"), own=door("one:80", SECRET), secret=SECRET, http=httpx.AsyncClient())
        await passing({**scope, "path": raw, "raw_path": raw.encode(), "headers": headers}, receive, send)


async def test_what_was_passed_on_goes_no_further() -> None:
    at, doors = world("one", "two")
    answer = await at["one"].post(f"{doors['two']}/callbacks/7", headers={"x-voiceagent-passed-on": "1"})
    assert answer.text.startswith("one 7")


async def test_everything_else_is_as_without_replicas() -> None:
    at, _ = world("one")
    assert (await at["one"].post("/callbacks/7")).text.startswith("one 7")
    assert (await at["one"].get("/elsewhere")).status_code == 404


async def test_sockets_reach_their_replica_through_another_one() -> None:
    """One test for all of it: coming up and going down of real listeners takes half a second."""
    async with replicas("one", "two") as at:
        url, headers = f"{at['one'].ws}{at['two'].door}/media/7", {"authorization": "Bearer azure"}
        async with connect(url, additional_headers=headers, proxy=None) as socket:
            assert await socket.recv() == "two"
            await socket.send("hello")
            assert await socket.recv() == "HELLO"
            await socket.send("end")  # the call's own side ends it
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert (socket.close_code, socket.close_reason) == (4000, "the call is over")
        async with connect(url, additional_headers=headers, proxy=None) as leaving:
            assert await leaving.recv() == "two"
        assert leaving.close_code == 1000
        gone, forged = door("127.0.0.1:9", SECRET), f"{PREFIX}x.y"
        for path, given, status in ((at["two"].door, {}, 401), (gone, headers, 503), (forged, headers, 404)):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{at['one'].ws}{path}/media/7", additional_headers=given, proxy=None)
            assert refused.value.response.status_code == status


def test_a_door_is_read_by_those_who_know_the_secret_alone() -> None:
    made = door("[fd00::1]:8080", SECRET)
    assert behind(f"{made}/callbacks/7", SECRET) == (made, "[fd00::1]:8080")
    assert behind(f"{made}/callbacks/7", b"another") is None


def test_the_own_address_is_the_one_on_the_way_to_redis() -> None:
    assert address_towards("redis://127.0.0.1:6379", 8080) == "127.0.0.1:8080"
    with pytest.raises(UserError, match="leads to no-such-host"):
        address_towards("redis://no-such-host.invalid", 8080)


def bridge(**shared: str) -> Any:
    settings = Settings.model_validate({"shared": shared})
    tokens = SimpleNamespace(secret=SECRET)
    return SimpleNamespace(at_start=settings, tokens=tokens, calls=[], store=None, public=Public(""))


async def test_a_bridge_alone_has_no_door() -> None:
    alone, app = bridge(), edge("one")
    async with among_replicas(alone, app, 8080) as served:
        assert served is app
    assert alone.public.door == ""


async def test_one_of_several_has_its_door_and_the_store_of_all() -> None:
    one = bridge(redis_url="redis://127.0.0.1:9", address="10.0.0.5:8080")
    async with among_replicas(one, edge("one"), 8080) as served:
        await asyncio.sleep(0)
        assert isinstance(served, Doors)
        assert behind(f"{one.public.door}/x", SECRET) == (one.public.door, "10.0.0.5:8080")
        assert one.store.calls_of_all == 0
