"""Twilio's REST interface as it refuses and obeys, and the emulator's own addresses, which are those of the other phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from voiceagent.emulators.reach import Reach
from voiceagent.emulators.twilio.routes import twilio_routes
from voiceagent.protocol import twilio_calls as twiml

STREAM = twiml.connect_stream("wss://app/m", then="next")


class Desk:
    def __init__(self, house: Any, http: httpx.AsyncClient) -> None:
        self.house, self.http = house, http
        self.auth = (house.network.account_sid, house.network.auth_token)

    async def rest(self, call: str, form: dict[str, str], *, tail: str = ".json", **options: Any) -> httpx.Response:
        path = f"/2010-04-01/Accounts/{self.auth[0]}/Calls/{call}{tail}"
        return await self.http.post(path, data=form, **({"auth": self.auth} | options))

    async def place(self, **plan: Any) -> str:
        answer = await self.http.post("/emulator/calls", json=plan)
        assert answer.status_code == 201
        await self.house.settle()
        return str(answer.json()["call_id"])


@pytest.fixture
async def desk(house: Any) -> AsyncIterator[Desk]:
    app = Starlette(routes=twilio_routes(house.network, Reach()))
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    house.app.documents["voice"] = STREAM
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield Desk(house, http)


async def test_a_call_is_ended_by_the_app(desk: Desk) -> None:
    call = await desk.place()
    answer = await desk.rest(call, {"Status": "completed"})
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    again = await desk.rest(call, {"Status": "completed"})
    assert (again.status_code, again.json()["code"]) == (400, 21220)


async def test_a_call_is_given_another_document(desk: Desk) -> None:
    call = await desk.place()
    assert (await desk.rest(call, {"Twiml": twiml.hang_up()})).status_code == 200
    await desk.house.settle()
    looked = (await desk.http.get(f"/emulator/calls/{call}")).json()
    assert (looked["state"], looked["end_reason"]) == ("ended", "the app hung up")


async def test_a_call_is_recorded_and_looked_at(desk: Desk) -> None:
    call = await desk.place()
    answer = await desk.rest(call, {}, tail="/Recordings.json")
    assert (answer.status_code, answer.json()["sid"][:2]) == (201, "RE")
    path = f"/2010-04-01/Accounts/{desk.auth[0]}/Calls/{call}.json"
    assert (await desk.http.get(path, auth=desk.auth)).json()["status"] == "in-progress"
    desk.house.network.calls[call].hang_up()
    assert (await desk.rest(call, {}, tail="/Recordings.json")).json()["code"] == 21220


@pytest.mark.parametrize(
    ("call", "form", "options", "status", "code"),
    [
        (None, {"Status": "completed"}, {"auth": ("AC1", "guess")}, 401, 20003),
        ("CA1", {"Status": "completed"}, {}, 404, 20404),
        (None, {"Url": "https://x"}, {}, 400, 21218),
    ],
)
async def test_refusals_are_twilios(
    desk: Desk, call: str | None, form: dict[str, str], options: Any, status: int, code: int
) -> None:
    answer = await desk.rest(call or await desk.place(), form, **options)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)


async def test_the_phone_places_watches_and_ends_calls(desk: Desk) -> None:
    assert (await desk.http.put("/emulator/number", json={"voice_url": "http://127.0.0.1/twilio/voice"})).status_code == 200
    desk.house.network.voice_url = "voice"
    call = await desk.place(steps=[{"silence": 9000}], hang_up_after=False)
    assert (await desk.http.post(f"/emulator/calls/{call}/steps", json={"steps": [{"dtmf": "1"}]})).json() == {"steps": 2}
    assert [one["call_id"] for one in (await desk.http.get("/emulator/calls")).json()["calls"]] == [call]
    assert (await desk.http.delete(f"/emulator/calls/{call}")).status_code == 204
    lines = (await desk.http.get(f"/emulator/calls/{call}/events")).text.splitlines()
    assert [line.split('"')[3] for line in lines] == ["ringing", "answered", "media_open", "ended"]
    assert (await desk.http.post(f"/emulator/calls/{call}/steps", json={"steps": []})).status_code == 409
    assert (await desk.http.get("/emulator/health")).json()["ok"]


async def test_measurements_have_what_reports_read(desk: Desk) -> None:
    looked = (await desk.http.get(f"/emulator/calls/{await desk.place()}")).json()
    assert {"turns", "barge_ins", "said", "frames", "heard_ms", "flushes", "answer_ms", "rate"} <= looked.keys()
    assert (looked["rate"], looked["frames"]["sent"]) == (8000, 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/emulator/number", "{}", 400),
        ("PUT", "/emulator/number", "no json", 400),
        ("GET", "/emulator/calls/CA1", "", 404),
        ("POST", "/emulator/calls", '{"x":1}', 400),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(desk: Desk, method: str, path: str, body: str, status: int) -> None:
    answer = await desk.http.request(method, path, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_its_own_addresses_are_for_this_machine(desk: Desk) -> None:
    assert (await desk.http.get("/emulator/health", headers={"host": "evil.example"})).status_code == 403


@pytest.mark.parametrize(
    "plan",
    [
        {"loss_percent": 1},
        {"jitter_ms": 20},
        {"echo_db": 30},
        {"human": "refuses"},
        {"human": "leaves"},
        {"human_says": "No."},
    ],
)
async def test_what_is_not_emulated_here_is_refused(desk: Desk, plan: dict[str, Any]) -> None:
    answer = await desk.http.post("/emulator/calls", json=plan)
    assert answer.status_code == 400
    assert "not emulated on Twilio calls" in answer.json()["error"]["message"]
    assert not desk.house.network.calls


async def test_a_line_without_loss_is_nothing_to_refuse(desk: Desk) -> None:
    assert await desk.place(loss_percent=0, jitter_ms=0, echo_db=None, human="busy", human_says="")
