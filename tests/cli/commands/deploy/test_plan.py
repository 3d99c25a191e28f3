"""`voiceagent deploy plan`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_it_shows_every_step_and_changes_nothing(voiceagent: Any, shop: Path, subscription: Any) -> None:
    shown = voiceagent("deploy", "plan", shop)
    assert shown.code == 0
    lines = [line.split("\t") for line in shown.out.splitlines()]
    assert [line[2] for line in lines if line[1] == "container app"] == ["voiceagent"]
    assert lines[-1][1:3] == ["event subscription", "voiceagent"]
    assert "14 changes. `voiceagent deploy apply` makes them." in shown.err
    assert subscription.desk.things.made == {}


def test_as_json_with_the_requests_and_without_secrets(voiceagent: Any, shop: Path, subscription: Any) -> None:
    shown = voiceagent("deploy", "plan", shop, "--json")
    told = json.loads(shown.out)
    assert {"action", "kind", "name", "cost", "request", "detail"} == set(told["steps"][0])
    assert told["changes"] == 14
    assert "do-not-tell" not in shown.out + shown.err


def test_what_cannot_be_deployed_is_told_before_azure_is_asked(voiceagent: Any, project: Path) -> None:
    refused = voiceagent("deploy", "plan", project)
    assert (refused.code, refused.out) == (2, "")
