"""All rules: their ids, their words, and that each of them can be broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceagent.emulators.lint.rules import RULES, rule_of

SOURCES = Path(__file__).parents[4] / "bridge" / "voiceagent" / "emulators"


def test_ids_are_unique_and_lead_to_their_rule() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule_of(rule.id) is rule for rule in RULES)
    with pytest.raises(KeyError):
        rule_of("nobody-broke-this")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_is_a_sentence_with_a_source_and_somebody_looks_for_it(rule: object) -> None:
    from voiceagent.emulators.lint.rule import Rule

    assert isinstance(rule, Rule)
    assert re.fullmatch(r"(acs|num|arm|grid|callback|media|vl|ga)-[a-z0-9-]+", rule.id)
    assert rule.sentence.endswith(".")
    assert rule.source
    files = [path for path in SOURCES.rglob("*.py") if not path.name.endswith("_rules.py")]
    refusals = ("acs-refused", "num-refused", "arm-refused")  # made of the surface's prefix
    assert rule.id in refusals or any(f'"{rule.id}"' in path.read_text(encoding="utf-8") for path in files)
