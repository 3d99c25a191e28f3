"""An emulator's own addresses: for this machine, in sentences, and a diary to follow."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.own_pages import Missing, answered, guarded, lines, read_body
from voiceagent.emulators.reach import Reach
from voiceagent.errors import UserError


async def thing(request: Request) -> Response:
    """Answers, or fails, as it is told."""
    match await read_body(request):
        case "missing":
            raise Missing("There is no such thing.")
        case "wrong":
            raise UserError("That is wrong.", remedy="Do it right.")
    return answered(201, {"made": True})


@pytest.mark.parametrize(
    ("sent", "peer", "status", "body"),
    [
        (b'"good"', "127.0.0.1", 201, {"made": True}),
        (b'"missing"', "127.0.0.1", 404, {"error": {"message": "There is no such thing.", "remedy": ""}}),
        (b'"wrong"', "127.0.0.1", 400, {"error": {"message": "That is wrong.", "remedy": "Do it right."}}),
        (b"{", "127.0.0.1", 400, {"error": {"message": "The request body is not JSON.", "remedy": ""}}),
        (
            b'"good"',
            "10.0.0.5",
            403,
            {"error": {"message": "The emulator's own addresses are for this machine only.", "remedy": ""}},
        ),
    ],
)
async def test_what_is_answered(sent: bytes, peer: str, status: int, body: object) -> None:
    app = Starlette(routes=[Route("/emulator/thing", guarded(thing, Reach()), methods=["POST"])])
    transport = httpx.ASGITransport(app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:80") as http:
        found = await http.post("/emulator/thing", content=sent)
    assert (found.status_code, found.json()) == (status, body)


async def test_a_diary_is_followed_until_it_is_closed() -> None:
    diary, woken = Diary(0.0), asyncio.Event()
    diary.changed = woken.set
    diary.note("ringing", 0.0)
    following = lines(diary, lambda: woken)
    assert json.loads(await anext(following))["kind"] == "ringing"
    woken.clear()

    async def one() -> str:
        return str(json.loads(await anext(following))["kind"])

    async with asyncio.TaskGroup() as tasks:
        coming = tasks.create_task(one())
        await asyncio.sleep(0)
        assert not coming.done()
        diary.note("ended", 5.0)
    assert coming.result() == "ended"
    assert [line async for line in following] == []
