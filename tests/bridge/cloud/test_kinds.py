"""Each kind by Azure's own client: found, made, changed, removed."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from voiceagent.cloud.kinds import KINDS, learned
from voiceagent.cloud.resource import Kind, Resource
from voiceagent.errors import RemoteError


def test_every_kind_that_azure_has_is_known() -> None:
    assert set(KINDS) == set(get_args(Kind)) - {"settings"}
    assert [kind for kind, doing in KINDS.items() if doing.remove is None] == ["provider", "search"]


def test_what_is_learned_of_a_resource() -> None:
    acs = {"id": "/a", "identity": {"principalId": "p"}, "properties": {"immutableResourceId": "i"}}
    assert learned(Resource("acs", "a"), acs) == {"acs.id": "/a", "acs.principal_id": "p", "acs.immutable_id": "i"}
    topic = {"id": "/subscriptions/s/resourceGroups/g/providers/x/systemTopics/t", "name": "t"}
    assert learned(Resource("topic", "t"), topic) == {"topic.name": "t", "topic.group": "g"}
    account = {"properties": {"customSubDomainName": "d"}}
    assert learned(Resource("voice_live", "v"), account) == {"voice_live.endpoint": "https://d.services.ai.azure.com"}
    assert learned(Resource("search", "s"), {"search.id": "x", "other": "y"}) == {"search.id": "x"}
    assert learned(Resource("role", "r"), {"id": "/r"}) == {}


async def test_what_differs_is_changed_by_the_client_that_changes_only_that(world: Any) -> None:
    await world.provision()
    where = {"group": "voiceagent-rg"}
    names = [one.rsplit("/", 1)[-1] for one in world.things()]
    account = next(one for one in names if one.startswith("voiceagent-ai-"))
    store = next(one.rsplit("/", 1)[-1] for one in world.things() if one.startswith("Microsoft.Storage/storageAccounts/voice"))
    acs = world.acs.network.topic.rsplit("/", 1)[-1]
    changed = [
        Resource("acs", acs, {**where, "name": acs}, must={"tags": {"a": "b"}}),
        Resource("voice_live", account, {**where, "name": account}, must={"properties": {"publicNetworkAccess": "Disabled"}}),
        Resource("storage_account", store, {**where, "name": store}, must={"tags": {"a": "b"}}),
    ]
    async with world.site() as site:
        for one in changed:
            await KINDS[one.kind].send(site.azure, one, False)
            assert await KINDS[one.kind].find(site.azure, one)
    assert [method for method, _, _ in world.sent()[-3:]] == ["PATCH"] * 3


async def test_a_role_that_somebody_assigned_under_another_name_is_as_good(world: Any) -> None:
    from voiceagent.emulators.arm.things import take_apart

    await world.provision()
    made = next(body for body in world.arm.desk.things.made.values() if body["type"].endswith("roleAssignments"))
    scope = made["id"].partition("/providers/Microsoft.Authorization")[0]
    properties = {name: made["properties"][name] for name in ("roleDefinitionId", "principalId", "principalType")}
    at = take_apart(made["id"], "DELETE")
    assert at is not None
    world.arm.desk.things.drop(at)
    other = take_apart(f"{scope}/providers/Microsoft.Authorization/roleAssignments/other", "PUT")
    assert other is not None
    world.arm.desk.things.put(other, {"properties": properties})
    planned = await world.provision()
    assert [step.resource.kind for step in planned.plan.changes] == ["role"]


async def test_a_refusal_is_told_with_what_was_wanted(world: Any) -> None:
    at = {"group": "g", "name": "b", "container": "c"}
    world.arm.desk.things.register("Microsoft.Storage")
    async with world.site() as site:
        with pytest.raises(RemoteError, match="refused to make the container c") as refused:
            await KINDS["container"].send(site.azure, Resource("container", "c", at), True)
    assert refused.value.status in (404, 409)
    with pytest.raises(AssertionError, match="is not made"):
        await KINDS["purge"].send(site.azure, Resource("purge", "x"), True)
