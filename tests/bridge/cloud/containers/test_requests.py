"""Requests: filled in as far as is known, and secrets hidden where somebody looks."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.containers.requests import HIDDEN, Known
from voiceagent.cloud.containers.words import Guid, Joined, Param, Role, Told


def known(what: Any, **more: Any) -> Known:
    return Known(what, "s", "g", {"voiceagentAcsEventSecret": "do-not-tell-2"}, **more)


def test_ids(wanting: Any) -> None:
    what = wanting()
    there = known(what, shown=True)
    assert there.id_of(what.named("vault")).startswith("/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/")
    child = there.id_of(what.named("voiceagentAcsEventSecretInVault"))
    assert child == f"{there.id_of(what.named('vault'))}/secrets/voiceagent-acs-event-secret"
    role = there.id_of(what.named("mayReadSecrets"))
    assert role.startswith(f"{there.id_of(what.named('vault'))}/providers/Microsoft.Authorization/roleAssignments/")
    assert role == known(what, shown=True).id_of(what.named("mayReadSecrets"))


def test_a_plan_names_what_is_not_known_yet_and_hides_secrets(wanting: Any) -> None:
    what = wanting()
    told = known(what, shown=True)
    assert told.filled(Told("identity", "properties.clientId")) == "(identity.properties.clientId)"
    assert told.filled(Param("image")) == "(image)"
    assert told.filled(Param("voiceagentAcsEventSecret")) == HIDDEN


def test_a_request_is_filled_in_by_the_answers_before_it(wanting: Any) -> None:
    there = known(wanting(), answers={"vault": {"properties": {"vaultUri": "https://v/"}}})
    assert there.filled([Joined((Told("vault", "properties.vaultUri"), "x")), {"a": Param("voiceagentAcsEventSecret")}]) == [
        "https://v/x",
        {"a": "do-not-tell-2"},
    ]
    with pytest.raises(KeyError):
        there.filled(Told("identity", "properties.clientId"))


def test_roles_and_guids(wanting: Any) -> None:
    there = known(wanting(), shown=True)
    assert there.filled(Role("r")) == "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r"
    made = there.filled(Guid(("a", "b")))
    assert (made, made == there.filled(Guid(("a", "c")))) == (there.filled(Guid(("a", "b"))), False)


def test_neither_answers_nor_values_are_shown_by_chance(wanting: Any) -> None:
    assert "do-not-tell" not in repr(known(wanting()))
