"""A tunnel to a bridge in another process: what the door let through is asked for at that bridge's port, and handed back.

For `voiceagent tunnel`, whose address outlives restarts of `voiceagent serve`. A bridge with a tunnel of its own needs none of
this.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    import httpx

PATIENCE_SECONDS = 30.0
"""As long as Event Grid waits."""
BODY_LIMIT = 1_048_576
HOP_BY_HOP = {
    *("connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
    *("sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol"),
}
"""Headers of one connection, which the next one makes for itself. `host` too: signatures are checked by our own settings."""


@contextlib.asynccontextmanager
async def forwarding(port: int) -> AsyncIterator[ASGIApp]:
    """An ASGI application that asks the bridge on that port of this machine."""
    import httpx

    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        timeout=PATIENCE_SECONDS,
        trust_env=False,
        verify=False,  # noqa: S501  no TLS here
    ) as http:

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                await _socket(WebSocket(scope, receive, send), port)
            else:
                await (await _request(Request(scope, receive), http))(scope, receive, send)

        yield app


def _address(connection: Any) -> str:
    return str(connection.url.path) + (f"?{connection.url.query}" if connection.url.query else "")


def _passed_on(connection: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in connection.headers.items() if name not in HOP_BY_HOP]


async def _request(request: Request, http: httpx.AsyncClient) -> Response:
    import httpx

    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return Response(status_code=413)
    try:
        answer = await http.request(request.method, _address(request), headers=_passed_on(request), content=bytes(body))
    except httpx.TransportError:
        return PlainTextResponse("the bridge does not answer", status_code=502)
    kept = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP | {"content-encoding"}}
    return Response(answer.content, status_code=answer.status_code, headers=kept)


async def _socket(outside: WebSocket, port: int) -> None:
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus

    try:
        inside = await connect(
            f"ws://127.0.0.1:{port}{_address(outside)}",
            additional_headers=_passed_on(outside),
            compression=None,
            proxy=None,
            open_timeout=PATIENCE_SECONDS,
            close_timeout=1,
        )
    except InvalidStatus as refused:
        await outside.send_denial_response(Response(status_code=refused.response.status_code))
        return
    except (OSError, InvalidHandshake, EOFError, TimeoutError):
        await outside.send_denial_response(PlainTextResponse("the bridge does not answer", status_code=502))
        return
    async with inside:
        await outside.accept()
        await _both_ways(outside, inside)


async def _both_ways(outside: WebSocket, inside: Any) -> None:
    async with asyncio.TaskGroup() as tasks:
        ways = {tasks.create_task(_inwards(outside, inside)), tasks.create_task(_outwards(outside, inside))}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in ways:
            one.cancel()
    if inside.close_code is not None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await outside.close(inside.close_code if inside.close_code not in (1005, 1006) else 1011, inside.close_reason)


async def _inwards(outside: WebSocket, inside: Any) -> None:
    from websockets.exceptions import ConnectionClosed

    with contextlib.suppress(ConnectionClosed):
        while (message := await outside.receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            await inside.send(message["bytes"] if text is None else text)


async def _outwards(outside: WebSocket, inside: Any) -> None:
    from websockets.exceptions import ConnectionClosed

    with contextlib.suppress(ConnectionClosed, WebSocketDisconnect, RuntimeError):
        async for message in inside:
            await (outside.send_text(message) if isinstance(message, str) else outside.send_bytes(message))
