"""The rules of one surface have its prefix."""

from __future__ import annotations

from voiceagent.emulators.lint.calling_rules import CALLING_RULES


def test_they_are_of_this_surface_alone() -> None:
    assert all(rule.id.startswith(("acs-",)) for rule in CALLING_RULES)
