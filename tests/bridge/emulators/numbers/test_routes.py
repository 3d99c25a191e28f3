"""The HTTP side: what is due happens first, refusals become answers."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from voiceagent.emulators.acs.errors import unauthorized
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.routes import number_routes
from voiceagent.emulators.numbers.state import Numbers

SEARCH = {
    "phoneNumberType": "tollFree",
    "assignmentType": "application",
    "capabilities": {"calling": "inbound", "sms": "none"},
}


class Clock:
    now = 0.0


def a_client(clock: Clock, *, known: bool = True) -> httpx.AsyncClient:
    def verify(*_: object) -> None:
        if not known:
            raise unauthorized("no")

    numbers = Numbers(NumbersOptions(operation_seconds=3, seed=1), clock.now)
    app = Starlette(routes=list(number_routes(numbers, verify, lambda: clock.now)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://acs")


async def test_a_search_is_polled_until_it_is_done() -> None:
    clock = Clock()
    async with a_client(clock) as http:
        begun = await http.post("/availablePhoneNumbers/countries/US/:search", json=SEARCH)
        assert (begun.status_code, begun.content) == (202, b"")
        assert (
            begun.headers["location"]
            == f"/availablePhoneNumbers/searchResults/{begun.headers['search-id']}?api-version=2025-06-01"
        )
        assert (await http.get(begun.headers["operation-location"])).json()["status"] == "running"
        assert (await http.get(begun.headers["location"])).status_code == 404
        clock.now = 3
        done = await http.get(begun.headers["operation-location"])
        assert (done.json()["status"], done.headers["location"]) == ("succeeded", begun.headers["location"])
        assert len((await http.get(begun.headers["location"])).json()["phoneNumbers"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/phoneNumbers/operations/none",
        "/phoneNumbers/%2B12065550100",
        "/availablePhoneNumbers/searchResults/none",
        "/availablePhoneNumbers/reservations/none",
    ],
)
async def test_what_is_not_there_is_not_found(path: str) -> None:
    async with a_client(Clock()) as http:
        assert (await http.get(path)).status_code == 404


async def test_an_unsigned_request_changes_nothing() -> None:
    async with a_client(Clock(), known=False) as http:
        assert (await http.delete("/phoneNumbers/%2B14255550199")).status_code == 401


async def test_area_codes_need_a_type() -> None:
    async with a_client(Clock()) as http:
        answer = await http.get("/availablePhoneNumbers/countries/US/areaCodes")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
        towns = await http.get("/availablePhoneNumbers/countries/US/localities?phoneNumberType=tollFree")
        assert towns.json() == {"phoneNumberLocalities": []}
