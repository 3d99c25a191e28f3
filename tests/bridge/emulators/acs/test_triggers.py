"""What is set off by hand on a running emulator, over HTTP."""

from __future__ import annotations

import time

import jwt
import pytest
from azure.core.exceptions import HttpResponseError
from fake_app import a_network, answered


async def test_a_callback_of_any_type_is_sent_into_a_call() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, steps=[]) as (call_id, _):
        sent = await http.post(
            f"/emulator/calls/{call_id}/callbacks", json={"type": "PlayFailed", "data": {"failedPlaySourceIndex": 2}}
        )
        assert sent.status_code == 202
        came = await app.callback("PlayFailed")
        assert came["data"]["failedPlaySourceIndex"] == 2
        assert came["data"]["callConnectionId"] == came["subject"].rsplit("/", 1)[1]
        assert came["id"] == sent.json()["event_id"]
        wrong = await http.post(f"/emulator/calls/{call_id}/callbacks", json={"data": {}})
        assert (wrong.status_code, wrong.json()["error"]["message"][:27]) == (400, "A callback is an object suc")


async def test_an_unanswered_call_has_nowhere_to_send_callbacks() -> None:
    async with a_network() as (_, _, http):
        call_id = (await http.post("/emulator/calls", json={"steps": []})).json()["call_id"]
        sent = await http.post(f"/emulator/calls/{call_id}/callbacks", json={"type": "PlayFailed"})
        assert (sent.status_code, "has not been answered" in sent.text) == (400, True)


async def test_nothing_follows_the_end_of_a_call() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, steps=[{"silence": 20}]) as (call_id, _):
        await app.callback("CallDisconnected")
        sent = await http.post(f"/emulator/calls/{call_id}/callbacks", json={"type": "PlayFailed"})
        assert (sent.status_code, sent.json()["error"]["message"]) == (
            400,
            "The call has ended: nothing follows CallDisconnected.",
        )


async def test_faults_know_callbacks_that_were_set_off_by_hand() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, steps=[]) as (call_id, _):
        emulator.faults.arm("callback.duplicated", {"only": "PlayFailed"})
        await app.callback("CallConnected")
        await http.post(f"/emulator/calls/{call_id}/callbacks", json={"type": "PlayFailed"})
        await app.until(lambda: app.types().count("PlayFailed") == 2)


async def test_an_event_of_any_type_is_delivered() -> None:
    async with a_network(wrong=True) as (app, _, http):
        sent = await http.post("/emulator/events", json={"type": "CallEnded", "subject": "call/1", "data": {"x": 1}})
        assert sent.json()["subscriptions"] == 1
        came = await app.events.get()
        assert (came["eventType"], came["subject"], came["data"]) == ("Microsoft.Communication.CallEnded", "call/1", {"x": 1})


async def test_faults_are_armed_over_http_and_findings_are_there_to_read() -> None:
    async with a_network() as (_, _, http):
        armed = await http.put("/emulator/faults/request.failed?times=2&only=answer")
        assert (armed.status_code, armed.json()["left"]) == (200, 2)
        assert [one["fault"] for one in (await http.get("/emulator/faults")).json()["armed"]] == ["request.failed"]
        assert (
            (await http.put("/emulator/faults/request.fail")).json()["error"]["remedy"].startswith("Did you mean request.fai")
        )
        assert (await http.post("/emulator/faults")).status_code == 404
        assert (await http.put("/emulator/faults")).status_code == 404
        assert (await http.delete("/emulator/faults")).json() == {"cleared": 1}
        assert (await http.get("/emulator/findings")).json() == {"strict": False, "findings": [], "more": 0}


async def test_a_call_brings_its_faults_and_takes_them_with_it() -> None:
    async with a_network() as (app, emulator, http):
        faults = [{"fault": "callback.lost", "only": "CallConnected"}, {"fault": "media.dropped", "after": 5000}]
        async with answered(app, emulator, http, steps=[{"silence": 30}], faults=faults) as (call_id, _):
            assert {one.call for one in emulator.faults.armed} == {call_id}
            await app.callback("CallDisconnected")
        await app.until(lambda: "CallDisconnected" in app.types())
        assert "CallConnected" not in app.types()
        while emulator.faults.armed:
            await http.get("/emulator/health")
        wrong = await http.post(
            "/emulator/calls", json={"steps": [], "faults": [{"fault": "callback.lost"}, {"fault": "nothing"}]}
        )
        assert (wrong.status_code, emulator.faults.armed) == (400, [])
        assert (await http.post("/emulator/calls", json={"faults": "x"})).status_code == 400


async def test_a_fault_of_requests_is_of_one_call_too() -> None:
    async with a_network() as (app, emulator, http):
        calling = answered(app, emulator, http, steps=[])
        async with calling as (first_id, first), answered(app, emulator, http, steps=[]) as (_, second):
            await http.put(f"/emulator/faults/request.failed?call={first_id}&status=418&times=0")
            with pytest.raises(HttpResponseError, match=r"request\.failed"):
                await first.get_call_properties()
            await second.get_call_properties()
            await second.hang_up(True)
            await http.delete("/emulator/faults")
            await first.hang_up(True)


async def test_the_clock_may_be_wrong_in_one_call_alone() -> None:
    async with a_network() as (app, emulator, http), answered(app, emulator, http, steps=[]) as (first_id, first):
        await http.put(f"/emulator/faults/clock.skewed?call={first_id}&seconds=600")
        async with answered(app, emulator, http, steps=[]) as (_, second):
            await app.until(lambda: len(app.media_headers) == 2)
            await second.hang_up(True)
        await first.hang_up(True)
        await app.until(lambda: app.types().count("CallDisconnected") == 2)
    ahead: dict[str, set[bool]] = {}
    for event, headers in zip(app.callbacks, app.callback_headers, strict=True):
        issued = jwt.decode(headers["authorization"].split()[1], options={"verify_signature": False})["iat"]
        ahead.setdefault(event["data"]["callConnectionId"], set()).add(issued > time.time() + 300)
    wrong, right = ahead.values()
    assert (True in wrong, right) == (True, {False})
