from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from voiceagent.emulators.tap import Asked, Crossed, Told, hooks, tapped_app, tapped_socket


async def echo(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 201, "headers": []})
    await send({"type": "http.response.body", "body": body + b"!", "more_body": True})
    await send({"type": "http.response.body", "body": b"?"})


async def broken(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    await receive()
    raise ConnectionError


class Socket:
    """Accepts every second frame that is written without waiting."""

    name = "its own"

    def __init__(self) -> None:
        self.times = 0

    async def recv(self, **_: Any) -> bytes:
        return b"in"

    async def send(self, frame: bytes, **_: Any) -> None:
        pass

    def write(self, frame: bytes) -> bool:
        self.times += 1
        return self.times % 2 == 1


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://emulator")


async def test_a_request_is_told_with_its_answer() -> None:
    crossed: list[Any] = []
    async with client(tapped_app(echo, crossed.append)) as http:
        assert (await http.post("/calling/x?api-version=1", content=b"hello")).content == b"hello!?"
    assert crossed == [Asked("POST", "/calling/x?api-version=1", b"hello", 201, b"hello!?")]


async def test_a_request_without_an_answer_is_told_too() -> None:
    crossed: list[Any] = []
    async with client(tapped_app(broken, crossed.append)) as http:
        await http.get("/x")
    assert crossed == [Asked("GET", "/x", b"", 0, b"")]


async def test_what_an_emulator_sends_of_its_own_is_told() -> None:
    crossed: list[Any] = []
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport, event_hooks=hooks(crossed.append)) as http:
        await http.post("http://app/callback", content=b"[]")
    assert crossed == [Told("POST", "http://app/callback", b"[]")]


async def test_frames_are_told_both_ways_and_only_when_they_went() -> None:
    crossed: list[Any] = []
    socket = tapped_socket(Socket(), crossed.append, "media", "ws://app")
    assert await socket.recv() == b"in"
    await socket.send(b"out")
    assert [socket.write(b"1"), socket.write(b"2")] == [True, False]
    assert [(one.sent, one.content) for one in crossed] == [(False, b"in"), (True, b"out"), (True, b"1")]
    assert {type(one) for one in crossed} == {Crossed}
    assert socket.name == "its own"


def test_nothing_stands_in_the_way_when_nobody_listens() -> None:
    socket = Socket()
    assert tapped_socket(socket, None, "media", "") is socket
    assert tapped_app(echo, None) is echo
    assert hooks(None) == {}
