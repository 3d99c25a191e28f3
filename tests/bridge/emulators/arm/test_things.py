"""What is in the subscription: made in groups, under parents, deleted and purged."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm.things import Address, Things, take_apart

GROUP = "/subscriptions/s/resourceGroups/g"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/a"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/b"
BOX = f"{STORE}/blobServices/default/containers/c"


def at(path: str, method: str = "PUT") -> Address:
    found = take_apart(path, method)
    assert found is not None
    return found


def things(**more: object) -> Things:
    return Things("s", Ids(1), groups=("g",), **more)  # type: ignore[arg-type]


def test_an_address_is_taken_apart() -> None:
    role = at(f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/r")
    assert (role.scope, role.kind, role.is_list) == (ACCOUNT, "Microsoft.Authorization/roleAssignments", False)
    box = at(BOX)
    assert (box.kind, box.parent) == (
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        f"{STORE}/blobServices/default",
    )
    keys = at(f"{STORE}/listKeys", "POST")
    assert (keys.resource_id, keys.action) == (STORE, "listKeys")
    boxes = at(f"{STORE}/blobServices/default/containers", "GET")
    assert (boxes.is_list, boxes.parent) == (True, f"{STORE}/blobServices/default")
    assert at(f"{GROUP}/providers/Microsoft.Storage/storageAccounts").group == GROUP
    assert take_apart("/subscriptions/s", "GET") is None


def test_a_resource_needs_its_group_its_type_its_parent_and_its_provider() -> None:
    empty = things(registered=set())
    with pytest.raises(Refusal, match="not registered"):
        empty.put(at(ACCOUNT), {})
    empty.register("Microsoft.CognitiveServices")
    assert empty.put(at(ACCOUNT), {})[1] == 201
    with pytest.raises(Refusal, match="group 'h'"):
        empty.put(at(ACCOUNT.replace("/g/", "/h/")), {})
    with pytest.raises(Refusal, match="no resource type"):
        empty.put(at(f"{GROUP}/providers/Microsoft.App/houses/h"), {})
    with pytest.raises(Refusal, match="nested resource"):
        empty.put(at(f"{ACCOUNT}2/projects/p"), {})


def test_made_replaced_changed_listed_and_gone() -> None:
    found = things()
    assert found.put(at(STORE), {"location": "x"})[1] == 200, "its client takes no 201"
    assert found.put(at(BOX), {})[1] == 201
    assert found.put(at(BOX), {})[1] == 200
    assert found.patch(at(STORE), {"tags": {"a": "b"}})["tags"] == {"a": "b"}
    assert [one["name"] for one in found.under(at(f"{GROUP}/providers/Microsoft.Storage/storageAccounts", "GET"))] == ["b"]
    assert [one["name"] for one in found.under(at("/subscriptions/s/providers/Microsoft.Storage/storageAccounts", "GET"))] == [
        "b"
    ]
    assert [one["name"] for one in found.inside("g")] == ["b"]
    assert (found.drop(at(STORE)), found.drop(at(STORE)), found.made) == (True, False, {})
    with pytest.raises(Refusal, match="not found"):
        found.get(at(STORE))


def test_an_account_that_was_deleted_keeps_its_name_until_it_is_purged() -> None:
    found = things()
    found.put(at(ACCOUNT), {})
    found.drop_group("g")
    with pytest.raises(Refusal, match="could not be found"):
        found.group("g")
    found.put_group("g", {})
    with pytest.raises(Refusal, match="purge it first"):
        found.put(at(ACCOUNT), {})
    assert found.put(at(ACCOUNT), {"properties": {"restore": True}})[1] == 201
    found.drop(at(ACCOUNT))
    assert (found.purge("g", "a"), found.purge("g", "a")) == (True, False)
    assert found.put(at(ACCOUNT), {})[1] == 201


def test_a_role_is_assigned_once_whatever_the_name() -> None:
    found = things()
    body = {"properties": {"roleDefinitionId": "/r", "principalId": "p"}}
    role = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
    found.put(at(f"{role}/1"), body)
    assert found.put(at(f"{role}/1"), body)[1] == 200
    with pytest.raises(Refusal, match="already exists"):
        found.put(at(f"{role}/2"), body)
