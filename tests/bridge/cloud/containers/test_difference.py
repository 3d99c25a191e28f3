"""What is wanted less what is there: Azure shows more than was asked for, and less of what is secret."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.containers.difference import Step, body_of, digests, is_as_wanted, revision_suffix
from voiceagent.cloud.containers.requests import Known


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"A": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": {}}, {}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": []}, {}, True),
        ({"a": True}, {"a": False}, False),
        ({"location": "swedencentral"}, {"location": "Sweden Central"}, True),
        ({"id": "/subscriptions/S/x"}, {"id": "/subscriptions/s/X"}, True),
        ({"image": "Shop:1"}, {"image": "shop:1"}, False),
        ({"properties": {"value": "secret"}}, {"properties": {}}, True),
        ({"a": "(identity.properties.clientId)"}, {"a": "1"}, True),
        ({"a": "https://x.(environment.properties.defaultDomain)/y"}, {"a": "https://x.z/y"}, True),
        (
            {"identity": {"userAssignedIdentities": {"/A": {}}}},
            {"identity": {"userAssignedIdentities": {"/a": {"x": 1}}}},
            True,
        ),
    ],
)
def test_a_resource_is_as_wanted_when_all_that_was_asked_for_is_there(wanted: Any, found: Any, same: bool) -> None:
    assert is_as_wanted(wanted, found) is same


def test_what_is_made_carries_our_mark_and_a_secret_a_digest_that_tells_nothing(wanting: Any) -> None:
    what = wanting()
    values = {one.name: one.value for one in what.parameters if one.value}
    marks = digests(what, values, b"key")
    body = body_of(what.named("voiceagentAcsEventSecretInVault"), Known(what, "s", "g", values), digests=marks)
    assert body["tags"]["voiceagent-app"] == "voiceagent"
    assert body["tags"]["voiceagent-digest"] == marks["voiceagentAcsEventSecretInVault"]
    assert marks != digests(what, values, b"another key")
    assert "tags" not in body_of(what.named("mayPull"), Known(what, "s", "g", values, shown=True), digests=marks)


def test_a_revision_has_another_name_when_anything_of_it_is_another() -> None:
    body = {"properties": {"template": {"cpu": 1}}}
    names = [
        revision_suffix(body, {"a": "1"}),
        revision_suffix(body, {"a": "1"}),
        revision_suffix(body, {"a": "2"}),
        revision_suffix({"properties": {"template": {"cpu": 2}}}, {"a": "1"}),
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_a_step_as_json() -> None:
    assert Step("keep", "image", "shop:1").facts() == {
        "action": "keep",
        "kind": "image",
        "name": "shop:1",
        "detail": "",
        "cost": None,
        "request": None,
    }
