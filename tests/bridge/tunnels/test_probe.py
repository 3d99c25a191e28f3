"""A bridge that can be reached is told from all that may stand in its place."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from voiceagent.protocol.public_address import PublicAddress
from voiceagent.server.webhooks import SECRET_HEADER as BRIDGES_HEADER
from voiceagent.tunnels.probe import MEDIA_PATH, SECRET_HEADER, VALIDATION_CODE, Reached, probe, round_trip

SECRET = "the-event-secret"


def at(port: int) -> str:
    return f"http://127.0.0.1:{port}"


class Ticking:
    """Every look at the clock costs 12.5 ms."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 0.0125
        return self.seconds


def test_the_header_is_the_bridges() -> None:
    assert SECRET_HEADER == BRIDGES_HEADER


async def test_a_bridge_answers_everything_when_its_secret_is_shown(port: int) -> None:
    reached = await probe(at(port) + "/", secret=SECRET, now=Ticking())
    assert reached == Reached(at(port), 12.5, "answered", "reached")
    assert reached.ok


async def test_without_the_secret_it_is_guarded_and_still_reached(port: int) -> None:
    reached = await probe(PublicAddress(at(port)))
    assert (reached.handshake, reached.media, reached.ok) == ("guarded", "reached", True)


async def test_another_secret_is_told(port: int) -> None:
    reached = await probe(at(port), secret="wrong")
    assert reached.sentence == f"{at(port)}/events refuses the event secret that is set here (401)"
    assert not reached.ok


async def test_the_round_trip_alone(port: int) -> None:
    assert await round_trip(PublicAddress(at(port)), now=Ticking()) == Reached(at(port), 12.5)


async def test_nobody_there() -> None:
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        url = at(shut.getsockname()[1])
        reached = await probe(url)
        assert reached.sentence.startswith(f"{url} cannot be reached: ")
        assert (await round_trip(PublicAddress(url))).sentence == reached.sentence


@pytest.mark.parametrize("url", ["nonsense", "https://", "http://[::1"])
async def test_no_address(url: str) -> None:
    reached = await probe(url)
    assert "is no address" in reached.sentence
    assert (reached.ok, reached.handshake, reached.media) == (False, "failed", "failed")


async def test_a_name_that_is_no_name() -> None:
    assert "cannot be reached" in (await probe("http://nobody.invalid")).sentence


HEALTH = Route("/healthz", lambda _: JSONResponse({"ok": True}))


async def echo(request: Request) -> Response:
    return JSONResponse({"validationResponse": (await request.json())[0]["data"]["validationCode"]})


EVENTS = Route("/events", echo, methods=["POST"])


async def accept(websocket: WebSocket) -> None:
    await websocket.accept()


async def swallow(websocket: WebSocket) -> None:
    await websocket.send_denial_response(Response(status_code=404))


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ([Route("/healthz", lambda _: RedirectResponse("https://login.example/"))], "leads on to https://login.example/"),
        ([Route("/healthz", lambda _: HTMLResponse("<h1>You are about to visit"))], "answers 200 with a web page"),
        ([Route("/healthz", lambda _: Response(status_code=502))], "the tunnel or ingress is there, and nothing behind it"),
        ([Route("/healthz", lambda _: JSONResponse({"status": "up"}))], "answers 200 where a bridge answers 200"),
        ([HEALTH], "/events does not answer Event Grid's handshake: status 404"),
        ([HEALTH, EVENTS, WebSocketRoute(MEDIA_PATH, swallow)], "a WebSocket does not come through"),
        ([HEALTH, EVENTS, WebSocketRoute(MEDIA_PATH, accept)], "its handshake ends with 101"),
        (
            [HEALTH, EVENTS, Route(MEDIA_PATH, lambda _: Response(status_code=403))],
            "its handshake ends with 403",
        ),
    ],
    ids=["login", "interstitial", "bridge-down", "another-program", "no-events", "no-upgrade", "somebody-elses", "all-refused"],
)
async def test_what_stands_in_a_bridges_place(routes: list[Any], words: str, serving: Any) -> None:
    async with serving(Starlette(routes=routes)) as port:
        reached = await probe(at(port))
    assert words in reached.sentence
    assert reached.remedy
    assert (reached.handshake == "answered") == (EVENTS in routes)


def test_the_code_is_nobodys() -> None:
    assert len(VALIDATION_CODE) == 36
