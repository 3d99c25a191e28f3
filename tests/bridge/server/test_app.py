"""The whole public edge: these addresses and no other."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Route, WebSocketRoute

from voiceagent.server.app import build_app


async def test_health_and_readiness(bench: Any) -> None:
    assert (await bench.http.get("/healthz")).json() == {"ok": True}
    await bench.live()
    ready = await bench.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "calls": 1})
    bench.bridge.admission.drain()
    assert (await bench.http.get("/readyz")).status_code == 503
    assert (await bench.http.get("/healthz")).status_code == 200


async def test_exactly_these_addresses_exist(bench: Any) -> None:
    routes = {
        (route.path, type(route)) for route in build_app(bench.bridge).routes if isinstance(route, Route | WebSocketRoute)
    }
    assert routes == {
        ("/events", Route),
        ("/callbacks/{call}/{token}", Route),
        ("/media/{call}/{token}", WebSocketRoute),
        ("/hold/{call}/{token}", Route),
        ("/healthz", Route),
        ("/readyz", Route),
        ("/{elsewhere:path}", WebSocketRoute),  # says 404
    }


@pytest.mark.parametrize(
    "path", ["/", "/api/calls", "/docs", "/openapi.json", "/emulator/calls", "/callbacks", "/media/a/b", "/..%2fetc"]
)
async def test_anything_else_is_not_found(bench: Any, path: str) -> None:
    assert (await bench.http.get(path)).status_code == 404
