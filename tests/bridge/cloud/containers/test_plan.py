"""The plan of a deployment: every step in its order, and nothing secret in it."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.containers.plan import get, look


async def test_the_order_of_an_empty_subscription(subscribing: Any) -> None:
    steps = await subscribing.steps(builds=True)
    assert [step.name for step in steps if step.kind == "resource provider"] == [
        *("Microsoft.App", "Microsoft.ContainerRegistry", "Microsoft.KeyVault", "Microsoft.ManagedIdentity"),
    ]
    kinds = [step.kind.rsplit("/", 1)[-1] for step in steps if step.kind != "resource provider"]
    assert kinds == [
        *("resourceGroups", "userAssignedIdentities", "registries", "vaults", "secrets", "secrets", "secrets"),
        *("roleAssignments", "roleAssignments", "accounts", "roleAssignments", "managedEnvironments"),
        *("image", "containerApps", "calls", "Event Grid"),
    ]
    assert [step.action for step in steps if step.kind.endswith("accounts")] == ["skip"]
    assert "give the identity voiceagent-identity the role Cognitive Services User on lab yourself" in repr(steps)


async def test_roles_are_named_for_people(subscribing: Any) -> None:
    names = [step.name for step in await subscribing.steps() if step.kind.endswith("roleAssignments")]
    assert names[0].startswith("Key Vault Secrets User on voiceagent-")
    assert names[1] == "Cognitive Services User on lab"


async def test_no_secret_is_in_a_plan(subscribing: Any) -> None:
    steps = await subscribing.steps(deploy={"max_replicas": 3})
    assert "do-not-tell" not in repr([step.facts() for step in steps])
    assert "(hidden)" in repr([step.facts() for step in steps])


async def test_calls_stay_at_the_old_revision_until_the_new_one_has_proved_itself(subscribing: Any) -> None:
    first = await subscribing.apply()
    (app,) = [step for step in await subscribing.steps(deploy={"cpu": 2.0}) if step.kind.endswith("containerApps")]
    assert app.action == "update"
    assert app.request["body"]["properties"]["configuration"]["ingress"]["traffic"] == [
        {"revisionName": first.revision, "weight": 100}
    ]


async def test_what_is_not_there_is_none(subscribing: Any) -> None:
    loaded = subscribing.load()
    async with open_azure(loaded.settings) as azure:
        deployment = await look(azure, subscribing.project, loaded)
        vault = deployment.known.wanted.named("vault")
        assert await get(azure, deployment.known.id_of(vault), vault.api_version) is None
