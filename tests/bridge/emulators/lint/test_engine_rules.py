"""The rules of one surface have its prefix."""

from __future__ import annotations

from voiceagent.emulators.lint.engine_rules import ENGINE_RULES


def test_they_are_of_this_surface_alone() -> None:
    assert all(rule.id.startswith(("vl-", "ga-")) for rule in ENGINE_RULES)
