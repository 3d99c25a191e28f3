"""The public edge: exactly these addresses, and nothing else, are reachable from outside."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from voiceagent.control.twilio import Rest
from voiceagent.server.bridge import Bridge
from voiceagent.server.hold_audio import hold_audio_endpoint
from voiceagent.server.media import media_endpoint
from voiceagent.server.twilio import twilio_routes
from voiceagent.server.webhooks import callbacks_endpoint, events_endpoint


def build_app(bridge: Bridge, twilio: Rest | None = None) -> Starlette:
    """The ASGI application of a bridge; with `twilio` it takes that service's calls too."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def ready(_: Request) -> Response:
        facts = {"ready": bridge.ready, "calls": len(bridge.calls)}
        if bridge.store is not None:
            facts["calls_of_all"] = bridge.store.calls_of_all
        return JSONResponse(facts, status_code=200 if bridge.ready else 503)

    async def nowhere(websocket: WebSocket) -> None:
        # Left to Starlette it would be 403, which sends whoever mistyped an address to look for a wrong token.
        await websocket.send_denial_response(PlainTextResponse("Not Found", status_code=404))

    return Starlette(
        routes=[
            Route("/events", events_endpoint(bridge), methods=["POST", "OPTIONS"]),
            Route("/callbacks/{call}/{token}", callbacks_endpoint(bridge), methods=["POST"]),
            WebSocketRoute("/media/{call}/{token}", media_endpoint(bridge)),
            Route("/hold/{call}/{token}", hold_audio_endpoint(bridge)),
            *(() if twilio is None else twilio_routes(bridge, twilio)),
            Route("/healthz", alive),
            Route("/readyz", ready),
            WebSocketRoute("/{elsewhere:path}", nowhere),
        ]
    )
