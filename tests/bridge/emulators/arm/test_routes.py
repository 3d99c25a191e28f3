"""The HTTP side: who may ask, and the emulator's own addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.routes import change_conditions
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.emulators.event_grid.delivery import Conditions


async def test_requests_need_a_token_a_version_and_an_object() -> None:
    async with AcsEmulator() as acs, ArmEmulator(acs.network) as arm, httpx.AsyncClient(base_url=arm.url) as http:
        path, signed = acs.network.topic, {"Authorization": "Bearer x"}
        nobody = await http.get(path)
        assert (nobody.status_code, nobody.headers["www-authenticate"][:6]) == (401, "Bearer")
        assert (await http.get(path, headers=signed)).json()["error"]["code"] == "MissingApiVersionParameter"
        query = {"api-version": "2025-09-01"}
        assert (await http.get(path, headers=signed, params=query)).json()["id"] == path
        assert (await http.put(path, headers=signed, params=query, content=b"[]")).status_code == 400
        assert (await http.put(path, headers=signed, params=query, content=b"[" * 100_000)).status_code == 400
        assert (await http.get("/nothing", headers=signed, params=query)).status_code == 404


async def test_conditions_are_read_and_changed_and_events_published_from_this_machine() -> None:
    async with AcsEmulator() as acs, ArmEmulator(acs.network) as arm, httpx.AsyncClient(base_url=arm.url) as http:
        changed = await http.put("/emulator/event-grid", json={"scale": 0.5, "duplicates": True})
        assert changed.json() == {
            "scale": 0.5,
            "duplicates": True,
            "reorder_ms": 0,
            "dead_letters": None,
            "subscriptions": [],
            "attempts": [],
        }
        published = (await http.post("/emulator/events", json={"type": "CallEnded"})).json()
        assert (published["type"], published["subscriptions"]) == ("Microsoft.Communication.CallEnded", 0)
        assert (await http.post("/emulator/events", json={})).status_code == 400
        assert (await http.get("/emulator/event-grid", headers={"host": "evil.example"})).status_code == 403


@pytest.mark.parametrize("body", [{"speed": 1}, {"scale": -1}, {"scale": True}, {"duplicates": 1}, {"dead_letters": 1}])
def test_a_mistake_changes_nothing(body: dict[str, Any]) -> None:
    conditions = Conditions()
    with pytest.raises(Refusal):
        change_conditions(conditions, body)
    assert (conditions.scale, conditions.duplicates) == (1.0, False)


def test_dead_letters_get_a_folder() -> None:
    conditions = Conditions()
    change_conditions(conditions, {"dead_letters": "here"})
    assert conditions.dead_letters == Path("here")
