"""Addresses that the Resource Manager's answers name: signed, or with the token that was given for them."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm import container_routes as module
from voiceagent.emulators.arm.container_routes import container_routes
from voiceagent.emulators.arm.containers import Containers
from voiceagent.emulators.arm.things import Things


@pytest.fixture
def containers() -> Containers:
    return Containers(Things("s", Ids(1)), Ids(2), "http://arm")


@pytest.fixture
def http(containers: Containers) -> httpx.AsyncClient:
    async def refused(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        return JSONResponse(refusal.body(), status_code=refusal.status)

    app = Starlette(routes=container_routes(containers), exception_handlers={Refusal: refused})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arm")


async def test_what_is_uploaded_can_be_read_again_by_those_who_have_the_address(http: httpx.AsyncClient) -> None:
    assert (await http.put("/builds/source/a.tar.gz?sig=emulated", content=b"abc")).status_code == 201
    got = await http.get("/builds/source/a.tar.gz?sig=emulated")
    assert (got.status_code, got.content, got.headers["content-range"]) == (206, b"abc", "bytes 0-2/3")
    assert (await http.get("/builds/source/b?sig=emulated")).status_code == 404
    for method in ("PUT", "GET"):
        assert (await http.request(method, "/builds/source/a.tar.gz")).status_code == 403


async def test_an_upload_has_its_bound(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_UPLOAD", 2)
    assert (await http.put("/builds/source/a?sig=emulated", content=b"abc")).status_code == 413


async def test_logs_are_for_those_with_the_token(http: httpx.AsyncClient, containers: Containers) -> None:
    assert (await http.get("/logs/shop--one-0")).status_code == 401
    got = await http.get("/logs/shop--one-0", headers={"Authorization": f"Bearer {containers.token}"})
    assert "ready for calls" in got.text


async def test_an_app_that_is_not_there_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/ingress/shop.example/readyz")).status_code == 404
