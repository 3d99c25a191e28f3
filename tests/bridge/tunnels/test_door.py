"""Only the bridge's public routes pass."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.tunnels.door import Door, is_public
from voiceagent.tunnels.probe import MEDIA_PATH


async def anything(request: Request) -> Response:
    return PlainTextResponse(request.url.path)


async def any_socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


EVERYTHING = Starlette(
    routes=[Route("/{path:path}", anything, methods=["GET", "POST"]), WebSocketRoute("/{path:path}", any_socket)]
)


def through(door: Door) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url="http://tunnel.example")


def routes_of(bridge: Bridge) -> list[str]:
    twilio: Any = object()
    paths = [str(getattr(route, "path", "")) for route in build_app(bridge, twilio).routes]
    return [path.replace("{call}", "1").replace("{token}", "t") for path in paths if "elsewhere" not in path]


async def test_every_route_of_the_bridge_passes(bridge: Bridge) -> None:
    paths = routes_of(bridge)
    assert len(paths) > 8
    assert [path for path in paths if not is_public(path)] == []
    async with through(Door(EVERYTHING)) as http:
        for path in paths:
            assert (await http.get(path)).text == path
            assert (await http.get(f"/at/a-replica{path}")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/api/calls", "/feed", "/login", "/static/app.js", "/emulator/calls", "/calling/callConnections:answer"),
        *("/subscriptions/x", "/healthz/", "/events/more", "/callbacks", "/media", "/at/x", "/at/x/emulator/calls", "//events"),
        *("/media/../emulator/calls", "/at/../api/calls", "/media//x"),
    ],
)
async def test_nothing_else_does(path: str) -> None:
    assert not is_public(path)
    client = TestClient(Door(EVERYTHING))
    assert client.get(f"http://tunnel.example{path}").status_code == 404
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
        pass


def test_a_socket_to_a_public_route_passes() -> None:
    with TestClient(Door(EVERYTHING)).websocket_connect("/media/1/t"):
        pass


async def test_before_the_bridge_is_there_only_its_health_is_answered() -> None:
    door = Door()
    async with through(door) as http:
        assert (await http.get("/healthz")).json() == {"ok": True}
        assert (await http.post("/events")).status_code == 503
        assert (await http.get("/emulator/calls")).status_code == 404
        door.app = EVERYTHING
        assert (await http.post("/events")).text == "/events"


def test_our_own_probe_is_refused_at_the_door() -> None:
    with pytest.raises(WebSocketDisconnect), TestClient(Door(EVERYTHING)).websocket_connect(MEDIA_PATH):
        pass
