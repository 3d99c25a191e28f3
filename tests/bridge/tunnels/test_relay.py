"""Our listener at an emulated relay: requests, large ones, sockets, refusals, and a channel that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from voiceagent.emulators.relay.serve import RelayEmulator
from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol.azure_relay import CONTROL_LIMIT
from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.testing.ssh import free_port
from voiceagent.tunnels import relay as ours
from voiceagent.tunnels.door import Door
from voiceagent.tunnels.probe import probe
from voiceagent.tunnels.relay import RelayLink, place_of, way

SECRET = "the-event-secret"


async def echo(request: Request) -> Response:
    told = f"{request.method} {request.url.path}?{request.url.query} {request.headers.get('authorization', '')} "
    return PlainTextResponse(told.encode() + await request.body(), status_code=201, headers={"x-own": "kept"})


async def breaks(_: Request) -> Response:
    raise ValueError("a bug")


async def chat(websocket: WebSocket) -> None:
    if websocket.headers.get("authorization") != "Bearer t":
        await websocket.send_denial_response(Response(status_code=401))
        return
    await websocket.accept()
    try:
        while (text := await websocket.receive_text()) != "bye":
            await websocket.send_text(f"{websocket.url.path} {text}")
            await websocket.send_bytes(text.encode())
        await websocket.close(4321, "so long")
    except WebSocketDisconnect:
        HEARD.append("left")


HEARD: list[str] = []
APP = Starlette(
    routes=[
        Route("/breaks", breaks),
        Route("/{rest:path}", echo, methods=["GET", "POST"]),
        WebSocketRoute("/media/{rest:path}", chat),
    ]
)


@pytest.fixture
async def relay() -> AsyncIterator[RelayEmulator]:
    async with RelayEmulator() as made:
        yield made


@pytest.fixture
async def link(relay: RelayEmulator) -> AsyncIterator[RelayLink]:
    async with way(place_of(relay.connection_string, ""), APP) as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        yield client


async def test_a_request_comes_through_with_its_headers(link: RelayLink, http: httpx.AsyncClient) -> None:
    answer = await http.post(
        link.address.http("/events?x=1&sb-hc-token=t"), content=b"body", headers={"authorization": "Bearer t"}
    )
    assert (answer.status_code, answer.text) == (201, "POST /events?x=1 Bearer t body")
    assert answer.headers["x-own"] == "kept"
    assert (await http.get(link.address.http("/healthz"))).text == "GET /healthz?  "


async def test_large_ones_go_over_a_socket_of_their_own(link: RelayLink, http: httpx.AsyncClient) -> None:
    body = b"x" * (3 * CONTROL_LIMIT)
    answer = await http.post(link.address.http("/events"), content=body)
    assert answer.content == b"POST /events?  " + body


async def test_a_large_answer_to_a_small_request_too(relay: RelayEmulator, http: httpx.AsyncClient) -> None:
    large = b"y" * (2 * CONTROL_LIMIT)
    app = Starlette(routes=[Route("/hold/1/t", lambda _: Response(large))])
    async with way(relay.place, app) as link:
        assert (await http.get(link.address.http("/hold/1/t"))).content == large


async def test_many_at_once_keep_their_bodies(link: RelayLink, http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(http.post(link.address.http("/e"), content=f"{n}" * 1000) for n in range(20)))
    assert [answer.text.split()[-1] for answer in answers] == [f"{n}" * 1000 for n in range(20)]


async def test_a_request_that_breaks_ends_nothing_else(
    link: RelayLink, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await http.get(link.address.http("/breaks"))).status_code == 500
    assert (await http.get(link.address.http("/healthz"))).status_code == 201


async def test_a_socket_is_the_applications_without_a_hop(link: RelayLink) -> None:
    async with connect(link.address.ws("/media/1/t"), additional_headers={"authorization": "Bearer t"}, proxy=None) as socket:
        await socket.send("hello")
        assert [await socket.recv(), await socket.recv()] == ["/media/1/t hello", b"hello"]
        await socket.send("bye")
        await socket.wait_closed()


async def test_the_application_learns_that_a_caller_left(link: RelayLink) -> None:
    HEARD.clear()
    async with connect(link.address.ws("/media/1/t"), additional_headers={"authorization": "Bearer t"}, proxy=None) as socket:
        await socket.send("hello")
        await socket.recv()
    async with asyncio.timeout(5):
        while not HEARD:
            await asyncio.sleep(0)


async def test_a_refusal_comes_back_with_its_status(link: RelayLink) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(link.address.ws("/media/1/t"), proxy=None)
    assert caught.value.response.status_code == 401


async def test_a_bridge_is_reached_through_it(relay: RelayEmulator, bridge: Bridge) -> None:
    async with way(relay.place, Door(build_app(bridge))) as link:
        reached = await probe(link.address, secret=SECRET)
        assert (reached.handshake, reached.media, reached.sentence) == ("answered", "reached", "")


async def test_the_token_is_renewed_while_it_listens(relay: RelayEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "RENEW_SECONDS", 0.01)
    async with way(relay.place, APP), asyncio.timeout(5):
        while relay.renewed < 2:
            await asyncio.sleep(0)


async def test_a_channel_that_the_service_closes_is_a_loss(relay: RelayEmulator, link: RelayLink) -> None:
    await relay.cut()
    async with asyncio.timeout(5):
        assert "1011 something went wrong in the service" in await link.lost()


async def test_after_it_is_left_nobody_listens(relay: RelayEmulator, http: httpx.AsyncClient) -> None:
    async with way(relay.place, APP) as link:
        pass
    async with asyncio.timeout(5):
        while (await http.get(link.address.http("/healthz"))).status_code != 502:
            await asyncio.sleep(0)


# --- refusals


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (("SharedAccessKey=", "SharedAccessKey=other"), 401, "does not take the token"),
        (("EntityPath=phone", "EntityPath=fax"), 404, "has no hybrid connection fax"),
    ],
)
async def test_the_relay_refuses(change: tuple[str, str], status: int, words: str, relay: RelayEmulator) -> None:
    with pytest.raises(RemoteError, match=words) as caught:
        async with way(place_of(relay.connection_string.replace(*change), ""), APP):
            pass
    assert (caught.value.status, bool(caught.value.remedy)) == (status, True)


async def test_there_is_no_relay() -> None:
    text = f"Endpoint=sb://127.0.0.1:{free_port()}/;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true"
    with pytest.raises(RemoteError, match="cannot be reached"):
        async with way(place_of(text, "phone"), APP):
            pass


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("Endpoint=sb://a b/;SharedAccessKeyName=n;SharedAccessKey=k;EntityPath=p", "", 'is "a b", which is no host'),
        ("", "", "has no Endpoint"),
        ("Endpoint=sb://x;SharedAccessKeyName=n;SharedAccessKey=k", "", "has no EntityPath"),
    ],
)
def test_a_connection_string_that_is_none(text: str, path: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        place_of(text, path)
    assert caught.value.remedy


async def test_what_goes_wrong_in_the_block_is_raised_as_it_is(relay: RelayEmulator) -> None:
    with pytest.raises(RemoteError, match="nobody answers"):
        async with way(relay.place, APP):
            raise RemoteError("nobody answers", service="x")
