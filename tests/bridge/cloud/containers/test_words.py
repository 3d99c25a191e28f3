"""The words of a description: values of their own, and secrets in them that no traceback shows."""

from __future__ import annotations

import pytest

from voiceagent.cloud.containers.words import Parameter, Resource, Told, Wanted


def test_a_resource_is_found_by_its_symbol() -> None:
    vault = Resource("vault", "Microsoft.KeyVault/vaults", "2024-11-01", "v")
    assert Wanted((), (vault,)).named("vault") is vault
    with pytest.raises(KeyError):
        Wanted((), (vault,)).named("app")


def test_the_same_words_are_equal_and_can_be_keys() -> None:
    assert {Told("identity"): {}} == {Told("identity", "id"): {}}


def test_a_parameter_does_not_show_its_value() -> None:
    assert "do-not-tell" not in repr(Parameter("secret", "a secret", "do-not-tell", secret=True))
