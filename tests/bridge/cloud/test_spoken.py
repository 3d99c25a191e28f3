"""One name for a kind of thing, whoever shows it."""

from __future__ import annotations

from typing import get_args

import pytest

from voiceagent.cloud.containers.afterwards import _ORDER
from voiceagent.cloud.resource import Kind
from voiceagent.cloud.spoken import WORDS, counted, nth, spoken


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("resource_group", "Microsoft.Resources/resourceGroups"),
        ("role", "Microsoft.Authorization/roleAssignments"),
        ("voice_live", "Microsoft.CognitiveServices/accounts"),
        ("provider", "resource provider"),
        ("event_subscription", "Event Grid"),
    ],
)
def test_provision_and_deploy_call_it_the_same(one: str, other: str) -> None:
    assert spoken(one) == spoken(other)


def test_every_kind_has_words() -> None:
    never_shown = {"purge"}  # part of a removal
    assert set(get_args(Kind)) - never_shown <= set(WORDS)
    assert all(" " in spoken(kind) or spoken(kind) == "identity" for kind in _ORDER)
    assert spoken("image") == "image"


def test_how_many_and_the_how_manieth() -> None:
    assert (counted(0), counted(1), counted(14)) == ("0 changes", "1 change", "14 changes")
    assert nth(3, 14, "Microsoft.KeyVault/vaults", "shop-kv") == "[3/14] key vault shop-kv"
