"""An emulator's HTTP side as its clients meet it when faults are armed: refusals, late answers, lost ones, none at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.faults.fault import Shot

if TYPE_CHECKING:
    from voiceagent.emulators.faults.switchboard import Switchboard

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST = 1_000_000
"""Bytes of a body that are read."""
OWN = "/emulator"
"""The emulator's own addresses never fail: by them faults are taken back."""

TRANSPORT = "voiceagent.transport"
"""In a request's scope: the connection it came on, so that it can be cut. Put there by `cuttable_protocol`."""


class UnreliableApp:
    """An ASGI app before `app`. `operation(method, path)` names what is asked, such as `acs:answer`.

    `call_of(path, body)` tells which call it is about, "" for none.
    """

    def __init__(
        self,
        app: App,
        board: Switchboard,
        operation: Callable[[str, str], str],
        call_of: Callable[[str, bytes], str] = lambda _path, _body: "",
    ) -> None:
        self._app = app
        self._board = board
        self._operation = operation
        self._call_of = call_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or str(scope["path"]).startswith(OWN):
            await self._app(scope, receive, send)
            return
        if not self._board.is_armed("request"):
            await self._app(scope, receive, send)
            return
        body = await whole(receive)
        receive = again(body, receive)
        late_ms, lost = 0.0, False
        operation, call = self._operation(scope["method"], scope["path"]), self._call_of(scope["path"], body)
        for shot in self._board.strikes("request", operation, call):
            match shot.effect:
                case "refuse":
                    await _refuse(shot, send)
                    return
                case "hang":
                    await _until_gone(receive)
                    return
                case "lose" if shot.text("when") == "before":
                    await _cut(scope, receive)
                    return
                case "lose":
                    lost = True
                case "delay":
                    late_ms += shot.number("ms")
        answer: list[MutableMapping[str, Any]] = []
        if not late_ms and not lost:
            await self._app(scope, receive, send)
            return

        async def keep(message: MutableMapping[str, Any]) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        if lost:
            await _cut(scope, receive)
            return
        await self._board.pause(late_ms)
        for message in answer:
            await send(message)


async def whole(receive: Receive) -> bytes:
    """The body of a request, or as much of it as anybody will want."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body") or len(body) > LONGEST:
            return body


def again(body: bytes, receive: Receive) -> Receive:
    """`receive` for an app behind, when the body has been read."""
    given = False

    async def once() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


async def _refuse(shot: Shot, send: Send) -> None:
    import json

    message = f"The request was refused by the fault {shot.fault}."
    body = json.dumps({"error": {"code": shot.text("code"), "message": message}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if shot.values.get("retry_after_s") is not None:
        headers.append((b"retry-after", f"{shot.number('retry_after_s'):g}".encode()))
    await send({"type": "http.response.start", "status": int(shot.number("status")), "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _cut(scope: Scope, receive: Receive) -> None:
    """End the connection, and wait until the server knows: it would complain of an app that answers nothing."""
    scope[TRANSPORT].abort()
    await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def cuttable_protocol() -> type[Any]:
    """uvicorn's own protocol, which also tells each request the connection it came on."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Cuttable(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            app: Any = self.app

            async def told(scope: Scope, receive: Receive, send: Send) -> None:
                scope[TRANSPORT] = transport
                await app(scope, receive, send)

            self.app = told

    return Cuttable
