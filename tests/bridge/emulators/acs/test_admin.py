"""The admin interface: sentences for mistakes, loopback only, the shapes that the command line reads."""

from __future__ import annotations

import httpx
import pytest
from a_call import CALLER
from fake_app import FakeApp, FakeVoice, a_network

from voiceagent.emulators.acs.serve import AcsEmulator, build_app


async def test_errors_are_sentences_in_json() -> None:
    async with a_network() as (_, _emulator, http):
        wrong = await http.post("/emulator/calls", json={"steps": [{}]})
        assert wrong.status_code == 400
        assert wrong.json()["error"]["message"].startswith("Step 1")
        missing = await http.get("/emulator/calls/none")
        assert (missing.status_code, missing.json()["error"]["message"]) == (
            404,
            "There is no call 'none' on this emulator.",
        )
        broken = await http.post("/emulator/calls", content=b"{")
        assert (broken.status_code, broken.json()["error"]["message"]) == (400, "The request body is not JSON.")
        assert (await http.get("/v1/objects/none/content/audio")).status_code == 404
        assert (await http.get("/nowhere")).json()["error"]["code"] == "NotFound"


async def test_calls_are_listed_and_health_is_told() -> None:
    async with a_network() as (app, _emulator, http):
        placed = (await http.post("/emulator/calls", json={})).json()
        assert set(placed) == {"call_id", "correlation_id", "server_call_id"}
        (listed,) = (await http.get("/emulator/calls")).json()["calls"]
        assert (listed["call_id"], listed["state"], listed["from"]) == (placed["call_id"], "ringing", CALLER)
        event = await app.events.get()
        assert event["data"]["correlationId"] == placed["correlation_id"]
        health = (await http.get("/emulator/health")).json()
        assert (health["ok"], health["calls"], health["subscribed"], health["voice"]) == (True, 1, True, True)
        seen = (await http.get(f"/emulator/calls/{placed['call_id']}")).json()
        assert (seen["turns"], seen["latency_p50_ms"], seen["answer_ms"], seen["frames"]["sent"]) == ([], None, None, 0)


async def test_a_subscription_needs_consent() -> None:
    async with (
        FakeApp().running() as app,
        AcsEmulator(voice=FakeVoice) as emulator,
        httpx.AsyncClient(base_url=emulator.url) as http,
    ):
        refused = await http.put("/emulator/subscription", json={"endpoint": app.url + "/nowhere-to-post"})
        assert refused.status_code == 400
        assert "did not return the validation code" in refused.json()["error"]["message"]
        nobody = await http.post("/emulator/calls", json={})
        assert "PUT the app's address" in nobody.json()["error"]["remedy"]
        cloud = await http.put("/emulator/subscription", json={"endpoint": app.url + "/events", "schema": "cloud-events"})
        assert cloud.json()["validated"] is True


@pytest.mark.parametrize(
    ("client", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:80", 200),
        ("::1", "[::1]:80", 200),
        ("127.0.0.1", "localhost", 200),
        ("10.0.0.5", "127.0.0.1:80", 403),
        ("127.0.0.1", "evil.example:80", 403),
    ],
)
async def test_only_this_machine_is_served_under_its_own_name(client: str, host: str, status: int) -> None:
    async with a_network() as (_, emulator, _http):
        transport = httpx.ASGITransport(build_app(emulator.network), client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as outside:
            assert (await outside.get("/emulator/health", headers={"host": host})).status_code == status
