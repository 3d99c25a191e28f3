"""What may come in through a tunnel: the bridge's public routes, and nothing else, whatever stands behind.

The tunnel leads to a listener of its own, not to a port that other things may share one day. It opens before the bridge does,
because the bridge has to be told its address: until then only the question whether anybody is there is answered.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from voiceagent.tunnels.probe import MEDIA_PATH

PUBLIC = ("/events", "/healthz", "/readyz")
PUBLIC_BELOW = ("/callbacks/", "/media/", "/hold/", "/twilio/")
REPLICA = "/at/"
"""Where there are several replicas, paths begin with this and a name (`server.replicas`), and go on as everybody's."""


def is_public(path: str) -> bool:
    """Whether a path is one of the bridge's public routes; one that tries to climb out of them is not."""
    if ".." in path.split("/") or "//" in path:
        return False
    if path.startswith(REPLICA):
        path = "/" + path.removeprefix(REPLICA).partition("/")[2]
    return path in PUBLIC or path.startswith(PUBLIC_BELOW)


class Door:
    """An ASGI application: lets the public routes of `app` through. Without one /healthz is answered, and 503 elsewhere."""

    def __init__(self, app: ASGIApp | None = None, *, own_health: bool = False) -> None:
        self.app = app
        self._own_health = own_health
        """/healthz is ours: the tunnel stands, whether or not the bridge behind it runs at the moment."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == MEDIA_PATH:
            # Our own probe: answered as the bridge would, whose log need not complain of it.
            await _answer(Response(status_code=403), scope, receive, send)
        elif not is_public(scope["path"]):
            await _answer(PlainTextResponse("Not Found", status_code=404), scope, receive, send)
        elif self.app is not None and not (self._own_health and scope["path"] == "/healthz"):
            await self.app(scope, receive, send)
        elif scope["path"] == "/healthz":
            await _answer(JSONResponse({"ok": True}), scope, receive, send)
        else:
            await _answer(PlainTextResponse("not yet", status_code=503), scope, receive, send)


async def _answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        from starlette.websockets import WebSocket

        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)
