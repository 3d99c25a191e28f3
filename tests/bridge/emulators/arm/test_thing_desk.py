"""Requests about groups, providers and resources."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm.paths import find
from voiceagent.emulators.arm.thing_desk import Reply, answer
from voiceagent.emulators.arm.things import Things

AZURE = "/subscriptions/s"
STORE = f"{AZURE}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/b"
ACCOUNT = f"{AZURE}/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"


def ask(things: Things, method: str, path: str, body: dict[str, object] | None = None) -> Reply:
    place = find(path)
    assert place is not None
    return answer(things, method, place, body or {})


def test_a_group_and_what_is_in_it() -> None:
    things = Things("s", Ids(1))
    assert [ask(things, "PUT", f"{AZURE}/resourceGroups/g").status for _ in range(2)] == [201, 200]
    assert ask(things, "HEAD", f"{AZURE}/resourceGroups/g").status == 204
    assert ask(things, "GET", f"{AZURE}/resourceGroups/g").body == things.group("g")
    assert len((ask(things, "GET", f"{AZURE}/resourceGroups").body or {})["value"]) == 1
    assert ask(things, "PUT", STORE).status == 200
    assert len((ask(things, "GET", f"{AZURE}/resourceGroups/g/resources").body or {})["value"]) == 1
    assert (ask(things, "POST", f"{STORE}/listKeys").body or {})["keys"][0]["keyName"] == "key1"
    assert (ask(things, "PATCH", STORE, {"tags": {"a": "b"}}).body or {})["tags"] == {"a": "b"}
    assert [ask(things, "DELETE", STORE).status for _ in range(2)] == [200, 204]
    assert ask(things, "DELETE", f"{AZURE}/resourceGroups/g").status == 200
    with pytest.raises(Refusal, match="could not be found"):
        ask(things, "GET", f"{AZURE}/resourceGroups/g")


def test_a_provider_is_registered_when_it_is_asked_for() -> None:
    things = Things("s", Ids(1), registered=set())
    provider = f"{AZURE}/providers/Microsoft.Storage"
    assert (ask(things, "GET", provider).body or {})["registrationState"] == "NotRegistered"
    assert (ask(things, "POST", f"{provider}/register").body or {})["registrationState"] == "Registered"


def test_a_deleted_account_is_listed_and_purged() -> None:
    things = Things("s", Ids(1), groups=("g",))
    ask(things, "PUT", ACCOUNT)
    ask(things, "DELETE", ACCOUNT)
    kept = f"{AZURE}/providers/Microsoft.CognitiveServices"
    assert len((ask(things, "GET", f"{kept}/deletedAccounts").body or {})["value"]) == 1
    one = f"{kept}/locations/x/resourceGroups/g/deletedAccounts/a"
    assert [ask(things, "DELETE", one).status for _ in range(2)] == [200, 204]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", STORE + "/explode"), ("PUT", STORE.rpartition("/")[0]), ("PATCH", f"{AZURE}/resourceGroups/g")],
)
def test_what_is_not_emulated_is_refused(method: str, path: str) -> None:
    with pytest.raises(Refusal, match=f"no {method}"):
        ask(Things("s", Ids(1), groups=("g",)), method, path)
