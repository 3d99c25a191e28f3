"""The rules of one surface have its prefix."""

from __future__ import annotations

from voiceagent.emulators.lint.webhook_rules import WEBHOOK_RULES


def test_they_are_of_this_surface_alone() -> None:
    assert all(
        rule.id.startswith(
            (
                "grid-",
                "callback-",
            )
        )
        for rule in WEBHOOK_RULES
    )
