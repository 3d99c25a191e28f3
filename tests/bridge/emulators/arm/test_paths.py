"""Which resource an address names."""

from __future__ import annotations

import pytest

from voiceagent.emulators.arm.paths import find, same

GROUP = "/subscriptions/s/resourceGroups/g"
GRID = "/providers/Microsoft.EventGrid"
ACS = f"{GROUP}/providers/Microsoft.Communication/communicationServices/a"


@pytest.mark.parametrize(
    ("path", "kind", "name", "action"),
    [
        (f"{GROUP}{GRID}/systemTopics/t", "topic", "", ""),
        (f"{GROUP}{GRID}/SYSTEMTOPICS", "topics", "", ""),
        (f"/subscriptions/s{GRID}/systemTopics", "topics", "", ""),
        (f"{GROUP}{GRID}/systemTopics/t/eventSubscriptions/e", "subscription", "e", ""),
        (f"{GROUP}{GRID}/systemTopics/t/eventSubscriptions", "subscriptions", "", ""),
        (f"/{ACS}{GRID}/eventSubscriptions/e/getFullUrl", "subscription", "e", "getFullUrl"),
        (f"{ACS}{GRID}/eventSubscriptions", "subscriptions", "", ""),
        (f"{GROUP}{GRID}/locations/global/topicTypes/x/eventSubscriptions", "subscriptions", "", ""),
        (f"/subscriptions/s{GRID}/locations/global/operationsStatus/o", "operation", "o", "operationsStatus"),
        (f"{ACS}/listKeys", "communication", "a", "listKeys"),
        (f"{GROUP}/providers/Microsoft.Communication/communicationServices", "communications", "", ""),
        ("/subscriptions/s/providers/Microsoft.EventGrid/register", "provider", "Microsoft.EventGrid", "register"),
        (GROUP, "group", "", ""),
        ("/subscriptions/s/resourceGroups", "groups", "", ""),
        (f"{GROUP}/resources", "inside", "", ""),
        (f"{GROUP}/providers/Microsoft.App/containerApps/c", "thing", "", ""),
        (f"{ACS}/providers/Microsoft.Authorization/roleAssignments/r", "thing", "", ""),
        ("/subscriptions/s/providers/Microsoft.CognitiveServices/deletedAccounts", "deleted", "", ""),
        (
            "/subscriptions/s/providers/Microsoft.CognitiveServices/locations/x/resourceGroups/g/deletedAccounts/a",
            "deleted",
            "a",
            "",
        ),
    ],
)
def test_an_address_names_one_resource(path: str, kind: str, name: str, action: str) -> None:
    place = find(path)
    assert place is not None
    assert (place.kind, place.name, place.action) == (kind, name, action)


def test_the_scope_is_what_the_subscription_hangs_on() -> None:
    place = find(f"//{ACS.strip('/')}{GRID}/eventSubscriptions/e/getFullUrl")
    assert place is not None
    assert same(place.scope, ACS)
    assert place.resource_id.endswith("/eventSubscriptions/e")


def test_other_addresses_name_nothing() -> None:
    assert find("/subscriptions/s/elsewhere") is None
