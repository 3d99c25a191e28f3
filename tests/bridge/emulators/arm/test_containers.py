"""Emulated container apps, builds and vaults; Azure's own clients drive them in the tests of `cloud.containers`."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm.containers import DOMAIN, Containers
from voiceagent.emulators.arm.things import Things, take_apart

GROUP = "/subscriptions/s/resourceGroups/g/providers"


@pytest.fixture
def containers() -> Containers:
    return Containers(Things("s", Ids(1), groups=("g",)), Ids(2), "http://arm")


def ask(containers: Containers, method: str, path: str, body: Any = None) -> Any:
    at = take_apart(f"{GROUP}/{path}", method)
    assert at is not None
    return containers.answer(method, at, body or {})


def put_app(containers: Containers, suffix: str, traffic: Any = None, *, single: bool = False) -> Any:
    configuration: dict[str, Any] = {"ingress": {"external": True, "traffic": traffic or []}}
    configuration |= {} if single else {"activeRevisionsMode": "Multiple"}
    body = {"properties": {"configuration": configuration, "template": {"revisionSuffix": suffix, "containers": []}}}
    return ask(containers, "PUT", "Microsoft.App/containerApps/shop", body).body["properties"]


def test_each_new_suffix_is_a_revision_and_the_latest_gets_the_calls_unless_told_otherwise(containers: Containers) -> None:
    put_app(containers, "one")
    pinned = put_app(containers, "two", [{"revisionName": "shop--one", "weight": 100}])
    assert pinned["latestRevisionName"] == "shop--two"
    assert {name: one["properties"]["trafficWeight"] for name, one in containers.revisions.items()} == {
        "shop--one": 100,
        "shop--two": 0,
    }
    assert put_app(containers, "two")["configuration"]["ingress"]["traffic"] == [{"revisionName": "shop--two", "weight": 100}]
    assert len(containers.revisions) == 2


def test_in_single_mode_the_old_one_ends_at_once(containers: Containers) -> None:
    put_app(containers, "one", single=True)
    put_app(containers, "two", single=True)
    assert [one["properties"]["active"] for one in containers.revisions.values()] == [False, True]


def test_a_revision_with_traffic_cannot_be_ended(containers: Containers) -> None:
    put_app(containers, "one")
    with pytest.raises(Refusal, match="has traffic"):
        ask(containers, "POST", "Microsoft.App/containerApps/shop/revisions/shop--one/deactivate")
    put_app(containers, "two")
    assert ask(containers, "POST", "Microsoft.App/containerApps/shop/revisions/shop--one/deactivate").status == 200
    assert containers.ready(f"shop--one.{DOMAIN}") == (404, {})


def test_revisions_and_replicas_are_listed(containers: Containers) -> None:
    put_app(containers, "one")
    (one,) = ask(containers, "GET", "Microsoft.App/containerApps/shop/revisions").body["value"]
    assert (one["name"], "app" in one) == ("shop--one", False)
    (replica,) = ask(containers, "GET", "Microsoft.App/containerApps/shop/revisions/shop--one/replicas").body["value"]
    assert replica["properties"]["containers"][0]["logStreamEndpoint"] == f"http://arm/logs/{replica['name']}"
    with pytest.raises(Refusal):
        ask(containers, "GET", "Microsoft.App/containerApps/shop/revisions/shop--other")


def test_what_its_ingress_tells(containers: Containers) -> None:
    put_app(containers, "one")
    containers.calls["shop--one"] = 2
    assert containers.ready(f"shop.{DOMAIN}") == (200, {"ready": True, "calls": 2})
    containers.failing.add("ingress")
    assert containers.ready(f"shop--one.{DOMAIN}")[0] == 503


def test_secrets_are_kept_and_not_shown(containers: Containers) -> None:
    ask(containers, "PUT", "Microsoft.KeyVault/vaults/v", {"location": "x"})
    containers._things.put(take_apart(f"{GROUP}/Microsoft.KeyVault/vaults/v", "PUT"), {"location": "x"})  # type: ignore[arg-type]
    shown = ask(containers, "PUT", "Microsoft.KeyVault/vaults/v/secrets/s", {"properties": {"value": "do-not-tell"}})
    assert "do-not-tell" not in repr(shown)
    assert list(containers.secrets.values()) == ["do-not-tell"]


def test_a_build_goes_its_way(containers: Containers) -> None:
    registry = "Microsoft.ContainerRegistry/registries/r"
    containers._things.put(take_apart(f"{GROUP}/{registry}", "PUT"), {"location": "x"})  # type: ignore[arg-type]
    path = ask(containers, "POST", f"{registry}/listBuildSourceUploadUrl").body["relativePath"]
    with pytest.raises(Refusal, match="nothing that was uploaded"):
        ask(containers, "POST", f"{registry}/scheduleRun", {"sourceLocation": path})
    containers.uploads[path] = b"x"
    run = ask(containers, "POST", f"{registry}/scheduleRun", {"sourceLocation": path}).body
    states = [ask(containers, "GET", f"{registry}/runs/{run['name']}").body["properties"]["status"] for _ in range(3)]
    assert states == ["Running", "Succeeded", "Succeeded"]


def test_everything_else_is_like_every_other_resource(containers: Containers) -> None:
    assert ask(containers, "PUT", "Microsoft.ManagedIdentity/userAssignedIdentities/i") is None
    assert ask(containers, "GET", "Microsoft.App/containerApps/shop") is None


def test_an_app_that_takes_calls_consents_to_their_announcement(containers: Containers) -> None:
    put_app(containers, "one")
    assert containers.consents(f"https://shop.{DOMAIN}/events?code=x")
    assert not containers.consents("https://laptop.example/events")
    containers.failing.add("ingress")
    assert not containers.consents(f"https://shop.{DOMAIN}/events")
