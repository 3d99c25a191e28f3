"""The rules of these surfaces have their prefixes."""

from __future__ import annotations

from voiceagent.emulators.lint.management_rules import MANAGEMENT_RULES


def test_they_are_of_these_surfaces_alone() -> None:
    assert all(rule.id.startswith(("num-", "arm-")) for rule in MANAGEMENT_RULES)
