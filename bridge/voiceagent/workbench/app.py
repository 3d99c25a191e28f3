"""The private side as a web application: calls, their reports, the live feed, and one page that shows them.

GET /?token=…              signs the browser in: a cookie, and off to the bare address
GET /                      the live page
POST /api/calls            {"to", "key", "agent"?}: calls somebody; 202, or 200 when that key was used before
GET /api/calls             {"calls": […]}: the running ones and the ones on disk, latest first
GET /api/calls/ID          a finished call's report; ?live=true also of a running one
GET /api/feed              JSON lines until the bridge stops; ?recent=true begins with the latest items
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from voiceagent.errors import UserError
from voiceagent.observe.feed import Feed
from voiceagent.observe.report import ReportSink
from voiceagent.observe.store import ReportStore
from voiceagent.workbench.door import holds_token, refusal

_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_KINDS = {"html": "text/html", "js": "text/javascript", "css": "text/css"}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


Dial = Callable[[object], tuple[int, Mapping[str, Any]]]
"""Carries out the body of a wish to call somebody: status and body of the answer."""


def build_workbench(
    *, reports: ReportSink, feed: Feed, store: ReportStore | None, token: str, dial: Dial | None = None
) -> Door:
    """The application. `store` None: only the calls since the start are known; `dial` None: nobody can be called."""

    async def page(request: Request) -> Response:
        given = request.query_params.get("token")
        if given is not None and holds_token({"authorization": f"Bearer {given}"}, {}, token):
            answer: Response = RedirectResponse("/", status_code=303)
            answer.set_cookie("voiceagent", token, httponly=True, samesite="strict")
            return answer
        return _static("index.html")

    async def static(request: Request) -> Response:
        return _static(request.path_params["name"])

    async def calls(_: Request) -> Response:
        live = reports.rows()[::-1]
        known = {row["call_id"] for row in live}
        older = [row for row in (store.rows() if store else []) if row["call_id"] not in known]
        return JSONResponse({"calls": [*live, *({**row, "live": False} for row in older)]})

    async def place(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("send JSON", status_code=415)  # a form of some web page could be sent without asking
        if dial is None:
            return PlainTextResponse("nobody can be called from here", status_code=404)
        try:
            body = await request.json()
        except ValueError:
            return PlainTextResponse("the body is no JSON", status_code=400)
        status, answer = dial(body)
        return JSONResponse(answer, status_code=status)

    async def call(request: Request) -> Response:
        call_id = request.path_params["call_id"]
        report = reports.report(call_id, live=request.query_params.get("live") == "true")
        if report is None and store is not None and not any(row["call_id"] == call_id for row in reports.rows()):
            try:
                report = store.read(call_id)
            except UserError:
                report = None
        return JSONResponse(report) if report is not None else PlainTextResponse(f"no report of {call_id}", status_code=404)

    async def watch(request: Request) -> Response:
        recent = request.query_params.get("recent") == "true"
        return StreamingResponse(_lines(feed, recent), media_type="application/x-ndjson")

    routes = [
        Route("/", page),
        Route("/static/{name}", static),
        Route("/api/calls", calls),
        Route("/api/calls", place, methods=["POST"]),
        Route("/api/calls/{call_id}", call),
        Route("/api/feed", watch),
    ]
    return Door(Starlette(routes=routes), token)


class Door:
    """Lets in what `door` lets in, and sends the headers every answer must have."""

    def __init__(self, app: Starlette, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = self._refused(request)
        if refused is not None:
            await refused(scope, receive, send)
            return

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"]).mutablecopy()
                headers.update(_SAFE)
                message["headers"] = headers.raw
            await send(message)

        await self._app(scope, receive, guarded)

    def _refused(self, request: Request) -> Response | None:
        why = refusal(request.headers)
        if why is not None:
            return PlainTextResponse(why, status_code=403)
        open_to_all = request.url.path == "/" or request.url.path.startswith("/static/")
        if not open_to_all and not holds_token(request.headers, request.cookies, self._token):
            return PlainTextResponse("the token is missing or wrong", status_code=401)
        return None


async def _lines(feed: Feed, recent: bool) -> AsyncIterator[bytes]:
    with feed.subscribe(recent=recent) as subscription:
        yield b"\n"  # the headers and this go out at once, so that the watcher knows that it is watching
        async for item in subscription:
            yield json.dumps(item, ensure_ascii=False, default=str).encode() + b"\n"


def _static(name: str) -> Response:
    """One of our own files; a name with a slash never gets here, and one we do not have is not found."""
    kind = _KINDS.get(name.rpartition(".")[2])
    file = resources.files("voiceagent.workbench") / "static" / name
    if kind is None or "/" in name or "\\" in name or not file.is_file():
        return PlainTextResponse("not found", status_code=404)
    return Response(file.read_bytes(), media_type=kind)
