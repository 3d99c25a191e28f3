"""`voiceagent deploy destroy`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.cloud.names import INCOMING_CALL
from voiceagent.cloud.subscribed import Subscribed


def test_all_that_was_made_goes(voiceagent: Any, shop: Path, subscription: Any) -> None:
    voiceagent("deploy", "apply", shop, "--yes")
    gone = json.loads(voiceagent("deploy", "destroy", shop, "--yes", "--json").out)["removed"]
    assert [step["kind"].rsplit("/", 1)[-1] for step in gone] == [
        *("containerApps", "managedEnvironments", "vaults", "userAssignedIdentities"),
    ]
    assert subscription.desk.things.made == {}
    again = voiceagent("deploy", "destroy", shop, "--yes")
    assert (again.code, again.out) == (0, "There is nothing that we made.\n")


@pytest.mark.parametrize("path", ["/events", "/elsewhere"])
def test_calls_that_would_ring_at_nobody_are_told(
    voiceagent: Any, shop: Path, subscription: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    made = json.loads(voiceagent("deploy", "apply", shop, "--yes", "--json").out)
    target = made["url"] + path if path == "/events" else f"https://other.example{path}"

    async def the_resource(_: Any) -> str:
        return "/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/CommunicationServices/line"

    async def one(*_: Any) -> list[Subscribed]:
        return [Subscribed("calls-of-shop", "Succeeded", (INCOMING_CALL,), (), target, "", "", True)]

    monkeypatch.setattr("voiceagent.cloud.containers.afterwards.given_acs", the_resource)
    monkeypatch.setattr("voiceagent.cloud.containers.afterwards.subscribed_to", one)
    ended = voiceagent("deploy", "destroy", shop, "--yes", "--json")
    assert ended.code == 0, ended.err
    told = path == "/events"
    assert json.loads(ended.out)["announced_by"] == (["calls-of-shop"] if told else [])
    assert ("calls-of-shop announces calls to this bridge" in ended.err) == told
