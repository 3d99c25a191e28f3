"""The rules of one surface have its prefix."""

from __future__ import annotations

from voiceagent.emulators.lint.socket_rules import SOCKET_RULES


def test_they_are_of_this_surface_alone() -> None:
    assert all(rule.id.startswith(("media-",)) for rule in SOCKET_RULES)
