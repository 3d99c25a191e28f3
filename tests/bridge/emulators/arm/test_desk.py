"""What the Resource Manager does; that Azure's client understands it, the contract test shows."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.desk import Desk
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.paths import find


async def test_only_the_emulated_subscription_group_and_resource_are_there() -> None:
    async with AcsEmulator() as acs:
        desk = Desk(acs.network, lambda work: work.close(), "http://arm", ArmOptions())

        def ask(path: str, method: str = "GET") -> Any:
            place = find(path)
            assert place is not None
            return desk.answer(method, place, {}).body

        group = f"/subscriptions/{desk.azure}/resourceGroups/emulated"
        assert ask(group)["name"] == "emulated"
        assert ask(f"/subscriptions/{desk.azure}/providers/Microsoft.EventGrid")["registrationState"] == "Registered"
        services = f"{group}/providers/Microsoft.Communication/communicationServices"
        assert [one["id"] for one in ask(services)["value"]] == [acs.network.topic]
        assert ask(f"{acs.network.topic}/listKeys", "POST")["primaryKey"] == acs.key
        for path in ("/subscriptions/other/resourceGroups/emulated", f"{group}2", f"{services}/other"):
            with pytest.raises(Refusal, match=r"(not be|was not) found"):
                ask(path)
        with pytest.raises(Refusal, match="no POST"):
            ask(f"{acs.network.topic}/regenerateKey", "POST")


async def test_an_empty_subscription_gets_its_resource_under_the_name_that_is_asked_for() -> None:
    async with AcsEmulator() as acs:
        desk = Desk(acs.network, lambda work: work.close(), "http://arm", ArmOptions(empty=True))

        def ask(path: str, method: str = "GET", body: Any = None) -> Any:
            place = find(path)
            assert place is not None
            return desk.answer(method, place, body or {})

        azure = f"/subscriptions/{desk.azure}"
        mine = f"{azure}/resourceGroups/g/providers/Microsoft.Communication/communicationServices/mine"
        assert ask(f"{azure}/providers/Microsoft.Communication/communicationServices").body == {"value": []}
        with pytest.raises(Refusal, match="not registered"):
            ask(mine, "PUT")
        ask(f"{azure}/providers/Microsoft.Communication/register", "POST")
        with pytest.raises(Refusal, match="group 'g'"):
            ask(mine, "PUT")
        ask(f"{azure}/resourceGroups/g", "PUT", {"location": "westeurope"})
        made = ask(mine, "PUT", {"identity": {"type": "SystemAssigned"}, "tags": {"a": "b"}})
        assert (made.status, made.body["tags"]) == (201, {"a": "b"})
        assert acs.network.topic == mine
        principal = made.body["identity"]["principalId"]
        again = ask(mine, "PATCH", {"tags": {"c": "d"}}).body
        assert (again["identity"]["principalId"], again["tags"]) == (principal, {"a": "b", "c": "d"})
        assert ask(mine, "PUT", {}).body["identity"]["principalId"] == principal
        with pytest.raises(Refusal, match="not found"):
            ask(f"{mine}2", "PUT")
        assert [ask(mine, "DELETE").status for _ in range(2)] == [200, 204]
        with pytest.raises(Refusal, match="not found"):
            ask(mine)
