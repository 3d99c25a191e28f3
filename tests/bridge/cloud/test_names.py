"""Names that two projects do not share by accident, and ids that are the same every time."""

from __future__ import annotations

import pytest

from voiceagent.cloud.names import ROLES, assignment_name, names_of, parts_of, role_id
from voiceagent.config.cloud import CloudSection


def test_names_fit_azures_rules_and_differ_by_subscription_and_group() -> None:
    one = names_of(CloudSection(subscription_id="s", name="a-rather-long-name1"))
    assert one.group == "a-rather-long-name1-rg"
    assert one.storage.isalnum()
    assert len(one.storage) <= 24
    other = names_of(CloudSection(subscription_id="t", name="a-rather-long-name1"))
    assert one.acs != other.acs
    assert names_of(CloudSection(subscription_id="S", name="a-rather-long-name1")) != one
    assert one.acs_id.startswith("/subscriptions/s/resourceGroups/a-rather-long-name1-rg/providers/Microsoft.Communication/")
    assert one.voice_live_id.endswith(one.voice_live)


def test_an_assignment_is_named_after_what_it_says() -> None:
    def name(scope: str, principal: str) -> str:
        return assignment_name(scope=scope, principal=principal, role="Azure AI User")

    assert name("/A", "p") == name("/a", "P")
    assert name("/a", "p") != name("/a", "q")
    assert role_id("s", "Azure AI User").endswith(ROLES["Azure AI User"])


def test_an_id_is_taken_apart() -> None:
    acs = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/communicationServices/a"
    assert parts_of(acs) == ("s", "g", "a")
    with pytest.raises(ValueError, match="nonsense"):
        parts_of("/nonsense")
