"""A stranger is let in nowhere; a deployment that lets everybody in is told so."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from voiceagent.doctor import strangers
from voiceagent.doctor.strangers import ATTEMPTS, judged, knock_everywhere
from voiceagent.server.listen import bind, listening


async def test_our_bridge_lets_nobody_in(house: Any) -> None:
    checked = await knock_everywhere(house.public_url)
    assert [(one.name, one.detail) for one in checked if one.status in ("failed", "warning")] == []
    assert sum(one.status == "ok" for one in checked) >= 25


@asynccontextmanager
async def an_open_door() -> AsyncIterator[str]:
    async def take(request: Request) -> Response:
        body = await request.body()
        if b"validationCode" in body:
            return JSONResponse({"validationResponse": body.split(b'validationCode": "')[1].split(b'"')[0].decode()})
        return Response(status_code=200)

    async def accept(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    app = Starlette(routes=[Route("/{path:path}", take, methods=["GET", "POST"]), WebSocketRoute("/{path:path}", accept)])
    where = bind("127.0.0.1", 0)
    async with listening(app, where, short_path=False):
        yield f"http://127.0.0.1:{where.getsockname()[1]}"
    where.close()


async def test_a_deployment_that_lets_everybody_in_is_told_so_everywhere() -> None:
    async with an_open_door() as url:
        checked = await knock_everywhere(url)
    kept_out = {one.name for one in checked if one.status == "ok"}
    assert kept_out == {"somebody is there"}
    assert {one.code for one in checked if one.status == "failed"} == {"let_in", "oversized_taken", "private_shown"}
    assert all(one.remedy for one in checked if one.status == "failed")


async def test_nobody_there_fails_once_and_skips_the_rest() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    checked = await knock_everywhere(f"http://127.0.0.1:{port}")
    assert [one.status for one in checked] == ["failed", *["skipped"] * (len(ATTEMPTS) - 1)]
    assert checked[0].code == "deployment_unreachable"


@pytest.mark.parametrize(
    ("status", "code"), [(200, "let_in"), (101, "let_in"), (401, ""), (404, ""), (413, ""), (500, "server_broke"), (503, "")]
)
def test_what_an_answer_means(status: int, code: str) -> None:
    assert judged(status, "something", "mend it").code == code


async def test_old_versions_of_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    visit: Any = strangers.Visit("https://b.example", None, 0.0)  # type: ignore[arg-type]  # no request is made

    class Writer:
        def get_extra_info(self, _: str) -> Any:
            return self

        def version(self) -> str:
            return "TLSv1.1"

        def close(self) -> None:
            pass

    async def spoken(*_: Any, **__: Any) -> Any:
        return None, Writer()

    async def refused(*_: Any, **__: Any) -> Any:
        raise ConnectionResetError

    monkeypatch.setattr(asyncio, "open_connection", spoken)
    assert (await strangers.old_tls(visit)).code == "tls_too_old"
    monkeypatch.setattr(asyncio, "open_connection", refused)
    assert (await strangers.old_tls(visit)).status == "ok"
    plain: Any = strangers.Visit("http://b.example", None, 0.0)  # type: ignore[arg-type]  # as above
    assert (await strangers.old_tls(plain)).code == "plain_http"
