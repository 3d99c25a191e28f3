"""The emulated relay's edge: listeners come in by WebSocket, senders by WebSocket or by request.

async with RelayEmulator() as relay:
    relay.connection_string        # what AZURE_RELAY_CONNECTION_STRING would be
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from voiceagent.emulators.listening import listening_at
from voiceagent.emulators.relay.hub import WAIT_SECONDS, Answered, Hub, headers_for_listener, public_query
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.azure_relay import CONTROL_LIMIT, FRAMING, RelayPlace, check_token

KEY_NAME, KEY = "voiceagent", "an-emulators-key-is-no-secret"
ANSWER_SECONDS = 60.0
MESSAGE_LIMIT = 2_097_152
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]


class RelayEmulator:
    """Runs while the block does. `wall` decides whether tokens hold."""

    def __init__(self, path: str = "phone", *, port: int = 0, wall: Callable[[], float] = time.time) -> None:
        self.place = RelayPlace("", path, KEY_NAME, KEY, development=True)
        self.renewed = 0
        """Tokens that the listener sent while it listened."""
        self._port = port
        self._wall = wall
        self._hub = Hub("", path)
        self._exit = contextlib.AsyncExitStack()

    @property
    def connection_string(self) -> str:
        """What the portal would show, with the sign of an emulator."""
        return (
            f"Endpoint=sb://{self.place.host}/;SharedAccessKeyName={KEY_NAME};SharedAccessKey={KEY};"
            f"EntityPath={self.place.path};UseDevelopmentEmulator=true"
        )

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as entered:
            where = entered.enter_context(listening_at("127.0.0.1", self._port))
            host = f"127.0.0.1:{where.getsockname()[1]}"
            self.place = RelayPlace(host, self.place.path, KEY_NAME, KEY, development=True)
            self._hub = Hub(f"ws://{host}", self.place.path)
            config = uvicorn.Config(
                self._app(),
                ws="websockets-sansio",
                ws_max_size=MESSAGE_LIMIT,
                lifespan="off",
                log_config=None,
                log_level="critical",
            )
            config.load()
            server = uvicorn.Server(config)
            server.lifespan = config.lifespan_class(config)
            await server.startup(sockets=[where])
            entered.callback(_close, server)
            self._exit = entered.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()
        await self._exit.__aexit__(kind, error, trace)

    async def cut(self, code: int = 1011) -> None:
        """Drop the listener's channel, as the service may."""
        if self._hub.control is not None:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._hub.control.close(code, "something went wrong in the service")

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                WebSocketRoute("/$hc/{rest:path}", self._socket),
                Route("/{rest:path}", self._request, methods=_METHODS),
            ]
        )

    # --- sockets

    async def _socket(self, websocket: WebSocket) -> None:
        path, query = websocket.path_params["rest"], websocket.query_params
        if path != self.place.path and not path.startswith(f"{self.place.path}/"):
            await _deny(websocket, 404)
            return
        action = query.get("sb-hc-action")
        if action == "listen":
            await self._listen(websocket)
        elif action == "connect":
            await self._connect(websocket, path.removeprefix(self.place.path))
        elif action in ("accept", "request"):
            await self._arrive(websocket)
        else:
            await _deny(websocket, 400)

    async def _listen(self, websocket: WebSocket) -> None:
        if not self._lets_in(websocket.query_params.get("sb-hc-token", "")):
            await _deny(websocket, 401)
            return
        await websocket.accept()
        self._hub.control = websocket
        try:
            while True:
                await self._hear(websocket, json.loads(await websocket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if self._hub.control is websocket:
                self._hub.control = None

    async def _hear(self, control: WebSocket, message: dict[str, Any]) -> None:
        if renewal := message.get("renewToken"):
            if not self._lets_in(renewal["token"]):
                await control.close(1008, "the token does not hold")
                return
            self.renewed += 1
        elif told := message.get("response"):
            answered = await _answered(control, told)
            waiting = self._hub.answers.pop(told["requestId"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answered if len(answered.body) <= CONTROL_LIMIT else Answered(502))

    def _lets_in(self, token: str) -> bool:
        try:
            check_token(token, self.place, self._wall())
        except RemoteProtocolError:
            return False
        return True

    async def _connect(self, sender: WebSocket, suffix: str) -> None:
        hub, query = self._hub, public_query(list(sender.query_params.multi_items()))
        meeting_id, address, meeting = hub.meet("accept", suffix=suffix, query=query)
        accept = {"address": address, "id": meeting_id, "connectHeaders": dict(sender.headers)}
        try:
            if not await hub.tell({"accept": accept}):
                await _deny(sender, 502)
                return
            async with asyncio.timeout(WAIT_SECONDS):
                listener = await meeting.arrived
            if isinstance(listener, int):
                await _deny(sender, listener)
                return
            await sender.accept()
            await _joined(sender, listener)
        except TimeoutError:
            await _deny(sender, 504)
        finally:
            hub.waiting.pop(meeting_id, None)
            meeting.over.set()

    async def _arrive(self, listener: WebSocket) -> None:
        """The listener dials a rendezvous: to take the sender, or to refuse it."""
        meeting = self._hub.waiting.pop(listener.query_params.get("sb-hc-id", ""), None)
        if meeting is None or meeting.arrived.done():
            await _deny(listener, 403)
            return
        if status := listener.query_params.get("sb-hc-statusCode"):
            meeting.arrived.set_result(int(status))
            await _deny(listener, 410)
            return
        await listener.accept()
        meeting.arrived.set_result(listener)
        await meeting.over.wait()

    # --- requests

    async def _request(self, request: Request) -> Response:
        rest = request.path_params["rest"]
        if rest != self.place.path and not rest.startswith(f"{self.place.path}/"):
            return PlainTextResponse("no such hybrid connection", status_code=404)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answered = await self._asked(request, await request.body())
        except TimeoutError:
            answered = Answered(504)
        kept = {name: value for name, value in answered.headers.items() if name.lower() not in FRAMING}
        via = {"via": f"1.1 {self.place.host}"} if answered.status != 502 else {}
        return Response(answered.body, status_code=answered.status, headers=kept | via)

    async def _asked(self, request: Request, body: bytes) -> Answered:
        """Over the control channel when it is small; then the listener may still choose to answer elsewhere."""
        hub = self._hub
        meeting_id, address, meeting = hub.meet("request")
        place = {"id": meeting_id, "address": address}
        facts = {**place, **self._facts(request), "body": bool(body)}
        large = len(body) > CONTROL_LIMIT
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        hub.answers[meeting_id] = answer
        try:
            if not await hub.tell({"request": place if large else facts}, b"" if large else body):
                return Answered(502)
            waiting: set[asyncio.Future[Any]] = {answer, meeting.arrived}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return await answer
            elsewhere = meeting.arrived.result()
            assert isinstance(elsewhere, WebSocket)
            if large:
                await elsewhere.send_text(json.dumps({"request": facts}))
                await elsewhere.send_bytes(body)
            return await _answered(elsewhere, json.loads(await elsewhere.receive_text())["response"])
        finally:
            hub.answers.pop(meeting_id, None)
            hub.waiting.pop(meeting_id, None)
            meeting.over.set()

    def _facts(self, request: Request) -> dict[str, Any]:
        """The request as the listener is told of it."""
        query = public_query(list(request.query_params.multi_items()))
        return {
            "requestTarget": request.url.path + (f"?{query}" if query else ""),
            "method": request.method,
            "requestHeaders": headers_for_listener(request.headers) | {"via": f"1.1 {self.place.host}"},
        }


async def _answered(channel: WebSocket, told: dict[str, Any]) -> Answered:
    body = await channel.receive_bytes() if told.get("body") else b""
    return Answered(int(told["statusCode"]), told.get("responseHeaders") or {}, body)


async def _joined(sender: WebSocket, listener: WebSocket) -> None:
    """Everything goes across, until one of them closes."""
    async with asyncio.TaskGroup() as tasks:
        ways = {tasks.create_task(_across(sender, listener)), tasks.create_task(_across(listener, sender))}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in ways:
            one.cancel()


async def _across(source: WebSocket, target: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (message := await source.receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            await (target.send_bytes(message["bytes"]) if text is None else target.send_text(text))
        await target.close(message.get("code", 1000) if message.get("code") not in (1005, 1006) else 1001)


async def _deny(websocket: WebSocket, status: int) -> None:
    await websocket.send_denial_response(Response(status_code=status))


def _close(server: uvicorn.Server) -> None:
    for one in server.servers:
        one.close()
    for connection in [*server.server_state.connections]:
        connection.shutdown()
