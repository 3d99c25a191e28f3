"""An ASGI application asked without a server before it: for tunnels that hand over requests and sockets, not connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(slots=True)
class Answer:
    """What a request got."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def _headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _scope(kind: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": _headers(headers),
        "client": None,
        "server": None,
    }


async def ask(app: ASGIApp, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """One request; returns when it is answered whole. Raises what the application raises."""
    answer = Answer()
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    await app({**_scope("http", target, headers), "method": method, "scheme": "https"}, receive, send)
    return answer


@dataclass(frozen=True, slots=True)
class Socket:
    """A WebSocket that somebody wants to open, as functions: what the application does with it goes there."""

    accept: Callable[[], Awaitable[None]]
    """It is taken. Afterwards messages flow."""
    deny: Callable[[int], Awaitable[None]]
    """It is refused, with that status."""
    receive: Callable[[], Awaitable[str | bytes | None]]
    """The next message; None at the end."""
    send: Callable[[str | bytes], Awaitable[None]]
    close: Callable[[int, str], Awaitable[None]]


async def open_socket(app: ASGIApp, target: str, headers: Mapping[str, str], socket: Socket) -> None:
    """Let the application have a WebSocket; returns when it is done with it."""
    state = "connecting"

    async def receive() -> Message:
        nonlocal state
        if state == "connecting":
            state = "offered"
            return {"type": "websocket.connect"}
        message = await socket.receive()
        if message is None:
            return {"type": "websocket.disconnect", "code": 1005, "reason": ""}
        return {"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message}

    async def send(message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            await socket.accept()
        elif kind == "websocket.send":
            text = message.get("text")
            await socket.send(message["bytes"] if text is None else text)
        elif kind == "websocket.close":
            await socket.close(message.get("code", 1000), message.get("reason") or "")
        elif kind == "websocket.http.response.start":
            await socket.deny(message["status"])

    scope = {**_scope("websocket", target, headers), "scheme": "wss", "subprotocols": []}
    await app({**scope, "extensions": {"websocket.http.response": {}}}, receive, send)
