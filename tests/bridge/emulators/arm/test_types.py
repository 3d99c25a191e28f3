"""What Azure adds to a resource that is made."""

from __future__ import annotations

from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm.types import TYPES, known, merged, name_of, shape, spelled, with_identity

GROUP = "/subscriptions/s/resourceGroups/g/providers"


def test_every_type_is_made_with_what_was_asked_and_what_azure_adds() -> None:
    for kind in TYPES:
        made = shape(f"{GROUP}/{kind}/mine", kind.upper(), {"location": "x", "properties": {"a": 1}}, Ids(1))
        assert (made["name"], made["type"], made["location"]) == ("mine", kind, "x")
        assert (made["properties"]["a"], made["properties"]["provisioningState"]) == (1, "Succeeded")


def test_addresses_are_made_of_names() -> None:
    def added(kind: str, **properties: object) -> dict[str, object]:
        return dict(shape(f"{GROUP}/{kind}/mine", kind, {"properties": properties}, Ids(1))["properties"])

    account = added("Microsoft.CognitiveServices/accounts", customSubDomainName="spoken")
    assert account["endpoint"] == "https://spoken.cognitiveservices.azure.com/"
    app = added("Microsoft.App/containerApps", configuration={"ingress": {"external": True}})
    assert app["configuration"] == {"ingress": {"external": True, "fqdn": "mine.emulated.azurecontainerapps.io"}}


def test_a_system_assigned_identity_gets_a_principal_and_keeps_it() -> None:
    first = with_identity({"identity": {"type": "SystemAssigned"}}, Ids(1))
    assert with_identity(first, Ids(2)) == first
    assert with_identity({"identity": {"type": "UserAssigned"}}, Ids(1)) == {"identity": {"type": "UserAssigned"}}


def test_a_patch_merges_objects_and_replaces_the_rest() -> None:
    assert merged({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}, "d": 3}) == {"a": {"b": 1, "c": [2]}, "d": 3}


def test_types_are_known_without_case() -> None:
    assert known("microsoft.app/CONTAINERAPPS")
    assert not known("Microsoft.App/houses")
    assert spelled("microsoft.app/containerapps") == "Microsoft.App/containerApps"
    assert name_of("/a/b/c") == "c"
