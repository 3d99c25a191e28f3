"""After a deployment: how it is, what it says, and that everything that was made goes again, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.containers.afterwards import log_lines, remove, status, to_be_removed
from voiceagent.cloud.containers.plan import look
from voiceagent.emulators.arm.things import take_apart
from voiceagent.errors import UserError


async def test_the_status_of_nothing_and_of_something(subscribing: Any) -> None:
    settings = subscribing.load().settings
    async with open_azure(settings) as azure:
        assert await status(azure, settings) == []
        done = await subscribing.apply()
        rows = await status(azure, settings)
    assert [row.kind.rsplit("/", 1)[-1] for row in rows] == [
        *("containerApps", "managedEnvironments", "vaults", "userAssignedIdentities", "revision"),
    ]
    assert (rows[-1].name, rows[-1].state) == (done.revision, "Healthy")
    assert rows[-1].detail == "100 % of new calls, 1 replica, 0 calls"


async def test_all_that_was_made_goes_and_nothing_else(subscribing: Any) -> None:
    things = subscribing.arm.desk.things
    await subscribing.apply(builds=True, deploy={"max_replicas": 2})
    group = f"/subscriptions/{subscribing.arm.azure_subscription}/resourceGroups/voiceagent-rg"
    for name in ("theirs", "lab"):
        things.register("Microsoft.CognitiveServices")
        things.put(take_apart(f"{group}/providers/Microsoft.CognitiveServices/accounts/{name}", "PUT"), {"location": "x"})
    await subscribing.apply(builds=True, deploy={"max_replicas": 2})
    loaded, said = subscribing.load(deploy={"max_replicas": 2}), []
    async with open_azure(loaded.settings) as azure:
        steps = await to_be_removed(azure, await look(azure, subscribing.project, loaded))
        await remove(azure, steps, say=said.append)
        await remove(azure, steps, say=said.append)  # again: what is gone is gone
    assert [step.kind.rsplit("/", 1)[-1] for step in steps] == [
        *("roleAssignments", "containerApps", "containerApps", "managedEnvironments", "registries", "vaults"),
        "userAssignedIdentities",
    ]
    assert sorted(body["name"] for body in things.made.values()) == ["lab", "theirs"]


async def test_what_the_bridge_says(subscribing: Any) -> None:
    settings = subscribing.load().settings
    async with open_azure(settings) as azure:
        with pytest.raises(UserError, match="no revision of voiceagent runs in voiceagent-rg"):
            _ = [one async for one in log_lines(azure, settings)]
        done = await subscribing.apply()
        lines = [one async for one in log_lines(azure, settings)]
        with pytest.raises(UserError, match="revision other does not run"):
            _ = [one async for one in log_lines(azure, settings, revision="other")]
    ((replica, line),) = lines
    assert replica.startswith(done.revision)
    assert "ready for calls" in line
