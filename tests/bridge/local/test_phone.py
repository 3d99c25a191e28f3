"""The dev phone's wire."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from voiceagent.errors import RemoteError
from voiceagent.local.phone import Phone


def phone(answer: Callable[[httpx.Request], httpx.Response]) -> Phone:
    return Phone(httpx.AsyncClient(transport=httpx.MockTransport(answer)), "http://emulator/")


async def test_it_subscribes_with_the_secret_in_a_header() -> None:
    seen: list[httpx.Request] = []
    await phone(lambda request: seen.append(request) or httpx.Response(200)).subscribe("http://b/events", secret="s")  # type: ignore[func-returns-value]
    assert (seen[0].method, seen[0].url.path) == ("PUT", "/emulator/subscription")
    assert json.loads(seen[0].content) == {
        "endpoint": "http://b/events",
        "schema": "event-grid",
        "headers": {"x-voiceagent-secret": "s"},
    }


async def test_it_places_looks_at_and_ends_a_call() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url.path}")
        return httpx.Response(201, json={"call_id": "c"}) if request.method != "DELETE" else httpx.Response(204)

    one = phone(answer)
    assert await one.place_call({"steps": []}) == {"call_id": "c"}
    assert await one.look("c") == {"call_id": "c"}
    await one.hang_up("c")
    assert seen == ["POST /emulator/calls", "GET /emulator/calls/c", "DELETE /emulator/calls/c"]


async def test_it_follows_a_call_line_by_line() -> None:
    lines = b'{"kind": "ringing"}\n\n{"kind": "ended"}\n'
    one = phone(lambda _: httpx.Response(200, content=lines))
    assert [line["kind"] async for line in one.follow("c")] == ["ringing", "ended"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": {"code": "x", "message": "no step 2"}}),
        httpx.Response(400, json={"error": "no step 2"}),
        httpx.Response(400, json={"message": "no step 2"}),
        httpx.Response(400, text="no step 2"),
    ],
)
async def test_a_refusal_is_told_in_the_emulators_words(answer: httpx.Response) -> None:
    with pytest.raises(RemoteError, match="no step 2") as told:
        await phone(lambda _: answer).place_call({})
    assert (told.value.service, told.value.status) == ("ACS emulator", 400)


async def test_nobody_there_is_told_with_the_address() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(RemoteError, match="No answer at http://emulator"):
        await phone(answer).look("c")


async def test_a_caller_is_given_more_to_do() -> None:
    seen: list[httpx.Request] = []
    one = phone(lambda request: seen.append(request) or httpx.Response(200, json={"steps": 2}))  # type: ignore[func-returns-value]
    await one.more_steps("c", [{"say": "Thanks"}], hang_up_after=True)
    assert (seen[0].method, seen[0].url.path) == ("POST", "/emulator/calls/c/steps")
    assert json.loads(seen[0].content) == {"steps": [{"say": "Thanks"}], "hang_up_after": True}


async def test_the_sound_of_a_call_is_a_file_or_a_refusal() -> None:
    assert await phone(lambda _: httpx.Response(200, content=b"RIFF")).sound("c") == b"RIFF"
    with pytest.raises(RemoteError, match="There is no call"):
        await phone(lambda _: httpx.Response(404, json={"error": {"message": "There is no call"}})).sound("c")


async def test_a_phone_that_goes_away_during_a_call_is_remote() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("peer closed connection", request=request)

    phone = Phone(httpx.AsyncClient(transport=httpx.MockTransport(gone)), "http://phone")
    with pytest.raises(RemoteError, match="No answer at http://phone") as told:
        async for _ in phone.follow("c"):
            pass
    assert "again" in told.value.remedy
