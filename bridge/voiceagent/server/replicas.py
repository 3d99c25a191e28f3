"""Several replicas behind one address: the addresses of a call name the replica that has it, and the others pass things on.

The telephony service opens the media socket and posts each report as a stranger to the load balancer, so they arrive at any
replica. What tells where they belong stands in the address itself, signed, so there is no table that could be lost.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hmac
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from voiceagent.errors import UserError
from voiceagent.runtime.store import open_store
from voiceagent.server.tokens import Refused
from voiceagent.server.webhooks import read_body, stranger_refused
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx
    from starlette.types import ASGIApp, Receive, Scope, Send
    from websockets.asyncio.client import ClientConnection

    from voiceagent.server.bridge import Bridge

_log = logging.getLogger(__name__)

PREFIX = "/at/"
PASSED_ON = "x-voiceagent-passed-on"
"""On what another replica passed on: it is here or nowhere, so that nothing goes round in circles."""

_GONE = (WebSocketDisconnect, RuntimeError, OSError)
"""What speaking to a peer raises that has left."""

_FRAME_LIMIT = 65536
_PATIENCE_SECONDS = 10.0
_OF_ONE_CONNECTION = {"connection", "host", "keep-alive", "transfer-encoding", "upgrade", "content-length"}
_NOT_OF_AN_ANSWER = _OF_ONE_CONNECTION | {"content-encoding"}
"""The client unpacks what it is answered."""


def door(address: str, secret: bytes) -> str:
    """What the paths of a replica's calls begin with. `address` is where the other replicas reach it, HOST:PORT."""
    name = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
    return f"{PREFIX}{name}.{_signature(name, secret)}"


def behind(path: str, secret: bytes) -> tuple[str, str] | None:
    """The door that a path begins with and the address behind it; None when it is no door of ours."""
    name, _, signature = path.removeprefix(PREFIX).partition("/")[0].partition(".")
    if not path.startswith(PREFIX) or not hmac.compare_digest(signature.encode(), _signature(name, secret).encode()):
        return None
    try:
        address = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return f"{PREFIX}{name}.{signature}", address


def _signature(name: str, secret: bytes) -> str:
    return hmac.new(secret, b"replica " + name.encode("utf-8", "replace"), "sha256").hexdigest()[:32]


class Doors:
    """The public edge of one replica among several. `own` is its door."""

    def __init__(self, app: ASGIApp, *, own: str, secret: bytes, http: httpx.AsyncClient) -> None:
        self._app, self._own, self._secret, self._http = app, own, secret, http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        found = behind(scope["path"], self._secret)
        if found is None:
            await _nowhere(scope, receive, send)
            return
        entered, address = found
        passed_on = any(name == PASSED_ON.encode() for name, _ in scope["headers"])
        if entered == self._own or passed_on:
            await self._app({**scope, "root_path": entered}, receive, send)
        elif scope["type"] == "http":
            await (await self._ask(Request(scope, receive), address))(scope, receive, send)
        else:
            await _join(WebSocket(scope, receive, send), address)

    async def _ask(self, request: Request, address: str) -> Response:
        import httpx

        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in _headers(request.scope)]
        try:
            body = await read_body(request)
            answer = await self._http.request(
                request.method, _url("http", address, request.scope), content=body, headers=headers
            )
        except Refused as refused:
            return stranger_refused(PREFIX, refused)
        except httpx.InvalidURL:
            return Response(status_code=404)
        except httpx.HTTPError as error:
            _log.warning("the replica at %s cannot be reached: %s", address, type(error).__name__)
            return Response(status_code=503)
        kept = {name: value for name, value in answer.headers.items() if name not in _NOT_OF_AN_ANSWER}
        return Response(answer.content, status_code=answer.status_code, headers=kept)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    refusal = PlainTextResponse("Not Found", status_code=404)
    if scope["type"] == "http":
        await refusal(scope, receive, send)
    else:
        await WebSocket(scope, receive, send).send_denial_response(refusal)


def _url(scheme: str, address: str, scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scheme}://{address}{scope['raw_path'].decode('latin-1')}" + (f"?{query}" if query else "")


def _headers(scope: Scope) -> list[tuple[str, str]]:
    given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    kept = [(name, value) for name, value in given if name not in _OF_ONE_CONNECTION and not name.startswith("sec-websocket")]
    return [*kept, (PASSED_ON, "1")]


async def _join(near: WebSocket, address: str) -> None:
    """A socket of somebody who belongs to another replica, until either side closes."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI

    try:
        far = await connect(
            _url("ws", address, near.scope),
            additional_headers=_headers(near.scope),
            compression=None,
            max_size=_FRAME_LIMIT,
            open_timeout=_PATIENCE_SECONDS,
            proxy=None,
        )
    except InvalidStatus as refused:
        await _deny(near, refused.response.status_code)
        return
    except InvalidURI:
        await _deny(near, 404)
        return
    except (OSError, TimeoutError, InvalidHandshake) as error:
        _log.warning("the replica at %s cannot be reached: %s", address, type(error).__name__)
        await _deny(near, 503)
        return
    async with far:
        try:
            await near.accept()
        except _GONE:
            return
        async with asyncio.TaskGroup() as tasks:
            inwards = tasks.create_task(_inwards(near, far))
            await _outwards(near, far)
            inwards.cancel()


async def _deny(near: WebSocket, status: int) -> None:
    with contextlib.suppress(*_GONE):
        await near.send_denial_response(Response(status_code=status))


async def _inwards(near: WebSocket, far: ClientConnection) -> None:
    from websockets.exceptions import ConnectionClosed

    try:
        while (message := await near.receive())["type"] == "websocket.receive":
            await far.send(message["text"] if message.get("text") is not None else message["bytes"])
        await far.close(_sendable(message.get("code", 1000)))
    except ConnectionClosed:
        return  # `_outwards` sees it as well, and tells the near side


async def _outwards(near: WebSocket, far: ClientConnection) -> None:
    from websockets.exceptions import ConnectionClosed

    try:
        with contextlib.suppress(ConnectionClosed):
            async for message in far:
                await (near.send_text(message) if isinstance(message, str) else near.send_bytes(message))
        await near.close(_sendable(far.close_code), far.close_reason or "")
    except _GONE:
        return  # the near side was quicker


def _sendable(code: int | None) -> int:
    """1006 and its like tell that no code came; they are never sent."""
    return 1011 if code is None or code in (1005, 1006, 1015) else code


def address_towards(url: str, port: int) -> str:
    """This machine as whoever is near `url` sees it: HOST:PORT. UserError when there is no way there."""
    there = urlsplit(url)
    try:
        family, kind, _, _, target = socket.getaddrinfo(there.hostname, there.port or 6379, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probing:
            probing.connect(target)  # nothing is sent: only the way is looked up
            host = probing.getsockname()[0]
    except OSError as error:
        raise UserError(
            f"shared.redis_url leads to {there.hostname}, to which there is no way: {error.strerror}",
            remedy="correct VOICEAGENT_REDIS_URL, or leave it empty where there is one process",
        ) from None
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@asynccontextmanager
async def among_replicas(bridge: Bridge, app: ASGIApp, port: int) -> AsyncIterator[ASGIApp]:
    """The public edge for one of several, as the settings say; the same as before for one that is alone."""
    settings: Any = bridge.at_start
    url = str.__str__(settings.shared.redis_url)
    if not url:
        yield app
        return
    import httpx

    address = settings.shared.address or address_towards(url, port)
    own = door(address, bridge.tokens.secret)
    name, calls = settings.agent.name, bridge.calls
    async with AsyncExitStack() as stack:
        limits = httpx.Limits(max_connections=200)
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                trust_env=False, verify=authorities(), timeout=_PATIENCE_SECONDS, follow_redirects=False, limits=limits
            )
        )
        bridge.store = await stack.enter_async_context(open_store(url, bridge=name, replica=address, calls=lambda: len(calls)))
        bridge.public.door = own
        yield Doors(app, own=own, secret=bridge.tokens.secret, http=http)
