"""The pages of the emulated resource: recordings, numbers, subscriptions, and the index that leads to them."""

from __future__ import annotations

import asyncio
import re

from fake_app import a_network, answered

from voiceagent.emulators.acs.pages import INDEX
from voiceagent.emulators.acs.serve import build_app


async def test_the_index_lists_every_address_of_the_emulators_own() -> None:
    async with a_network() as (_, emulator, http):
        body = (await http.get("/emulator")).json()
        own = {
            re.sub(r"\{\w+\}", "{}", route.path)
            for route in build_app(emulator.network).routes
            if route.path.startswith("/emulator/")  # type: ignore[attr-defined]  # all are plain routes
        }
    assert body == {"emulator": "acs", "pages": INDEX}
    assert {re.sub(r"\{\w+\}", "{}", line.split()[1]) for line in INDEX} == own


async def test_a_recording_is_shown_and_its_file_when_it_is_there() -> None:
    async with (
        a_network() as (app, emulator, http),
        answered(app, emulator, http, hang_up_after=False) as (call_id, call),
    ):
        await app.callback("CallConnected")
        state = (await http.get(f"/emulator/calls/{call_id}")).json()
        from azure.communication.callautomation.aio import CallAutomationClient

        async with CallAutomationClient(emulator.url, emulator.credential) as client:
            begun = await client.start_recording(server_call_id=state["server_call_id"], recording_format_type="wav")
            (running,) = (await http.get("/emulator/recordings")).json()["recordings"]
            assert (running["recording_id"], running["call_id"]) == (begun.recording_id, call_id)
            assert (running["state"], running["content_url"]) == ("active", None)
            await client.stop_recording(begun.recording_id)
        await asyncio.wait_for(app.events.get(), 5)
        (stopped,) = (await http.get("/emulator/recordings")).json()["recordings"]
        assert stopped["state"] == "stopped"
        assert (await http.get(stopped["content_url"])).content[:4] == b"RIFF"
        await call.hang_up(True)


async def test_numbers_and_subscriptions_are_shown_without_secrets() -> None:
    async with a_network() as (app, _, http):
        await http.put("/emulator/subscription", json={"endpoint": app.url + "/events", "headers": {"x-secret": "s3cret"}})
        numbers = (await http.get("/emulator/numbers")).json()
        shown = await http.get("/emulator/subscriptions")
    assert [one["phoneNumber"] for one in numbers["owned"]] == ["+14255550199"]
    assert (numbers["searches"], numbers["reservations"], numbers["operations"]) == ([], [], [])
    (subscription,) = shown.json()["subscriptions"]
    assert (subscription["endpoint"], subscription["headers"]) == (app.url + "/events", ["x-secret"])
    assert "s3cret" not in shown.text
