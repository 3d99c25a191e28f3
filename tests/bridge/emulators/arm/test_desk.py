"""What the Resource Manager does; that Azure's client understands it, the contract test shows."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.desk import Desk
from voiceagent.emulators.arm.errors import Refusal
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
        with pytest.raises(Refusal, match="no PUT"):
            ask(acs.network.topic, "PUT")
