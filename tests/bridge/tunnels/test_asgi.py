"""An application asked directly: requests and sockets as a server would hand them over."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from voiceagent.tunnels.asgi import Socket, ask, open_socket


async def mirror(request: Request) -> Response:
    facts = {
        "method": request.method,
        "path": request.path_params["rest"],
        "x": request.query_params.get("x"),
        "own": request.headers.get("x-own"),
        "body": (await request.body()).decode(),
    }
    return JSONResponse(facts, status_code=201, headers={"x-back": "1"})


async def in_pieces(_: Request) -> Response:
    async def pieces() -> object:
        for one in (b"a", b"b", b"c"):
            yield one

    return StreamingResponse(pieces())  # type: ignore[arg-type]  # an async generator, called


async def chat(websocket: WebSocket) -> None:
    if websocket.query_params.get("token") != "t":
        await websocket.send_denial_response(Response(status_code=403))
        return
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.send_bytes(await websocket.receive_bytes())
    assert (await websocket.receive())["type"] == "websocket.disconnect"


async def shut(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(4000, "enough")


APP = Starlette(
    routes=[
        Route("/pieces", in_pieces),
        Route("/{rest:path}", mirror, methods=["POST"]),
        WebSocketRoute("/chat", chat),
        WebSocketRoute("/shut", shut),
    ]
)


class Recorded:
    """A peer whose messages are known beforehand."""

    def __init__(self, *messages: str | bytes) -> None:
        self.messages = list(messages)
        self.log: list[object] = []

    async def accept(self) -> None:
        self.log.append("accepted")

    async def deny(self, status: int) -> None:
        self.log.append(status)

    async def receive(self) -> str | bytes | None:
        return self.messages.pop(0) if self.messages else None

    async def send(self, message: str | bytes) -> None:
        self.log.append(message)

    async def close(self, code: int, reason: str) -> None:
        self.log.append((code, reason))

    def socket(self) -> Socket:
        return Socket(self.accept, self.deny, self.receive, self.send, self.close)


async def test_a_request() -> None:
    answer = await ask(APP, "POST", "/a%20b/c?x=1", {"X-Own": "yes"}, b"body")
    assert (answer.status, answer.headers["x-back"]) == (201, "1")
    assert answer.body == b'{"method":"POST","path":"a b/c","x":"1","own":"yes","body":"body"}'


async def test_an_answer_in_pieces_is_whole() -> None:
    assert (await ask(APP, "GET", "/pieces", {}, b"")).body == b"abc"


async def test_a_socket_that_is_taken() -> None:
    peer = Recorded("hello", b"\x00\x01")
    await open_socket(APP, "/chat?token=t", {}, peer.socket())
    assert peer.log == ["accepted", "hello", b"\x00\x01"]


async def test_one_that_is_refused_and_one_that_is_closed() -> None:
    refused, closed = Recorded(), Recorded()
    await open_socket(APP, "/chat", {}, refused.socket())
    await open_socket(APP, "/shut", {}, closed.socket())
    assert (refused.log, closed.log) == ([403], ["accepted", (4000, "enough")])
