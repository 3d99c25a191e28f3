"""All rules by their id."""

from __future__ import annotations

from voiceagent.emulators.lint.calling_rules import CALLING_RULES
from voiceagent.emulators.lint.engine_rules import ENGINE_RULES
from voiceagent.emulators.lint.management_rules import MANAGEMENT_RULES
from voiceagent.emulators.lint.rule import Rule
from voiceagent.emulators.lint.socket_rules import SOCKET_RULES
from voiceagent.emulators.lint.webhook_rules import WEBHOOK_RULES

RULES: tuple[Rule, ...] = (
    *CALLING_RULES,
    *MANAGEMENT_RULES,
    *WEBHOOK_RULES,
    *SOCKET_RULES,
    *ENGINE_RULES,
)


def rule_of(id_: str) -> Rule:
    """The rule of that id; a KeyError is a bug of whoever reports."""
    return _BY_ID[id_]


_BY_ID = {rule.id: rule for rule in RULES}
