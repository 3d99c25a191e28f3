"""A rule and what it tells."""

from __future__ import annotations

from voiceagent.rca.rule import MOST_EVIDENCE, Hit, Rule, when_any
from voiceagent.rca.story import Fact, Story

FACT = Fact(12.3456, "callback", "ACS reports X of +14255550177; accesskey=c2VjcmV0")


def test_the_sentence_is_filled_in_and_holds_no_secret() -> None:
    rule = Rule("x", lambda _: Hit([FACT], {"why": "token=c2VjcmV0"}), "because {why}", "mend {why}")
    found = rule.explain(Story())
    assert found is not None
    assert "c2VjcmV0" not in str(found.json())
    assert "4255550177" not in str(found.json())
    assert found.json()["evidence"][0]["at_ms"] == 12.346


def test_only_so_much_evidence() -> None:
    found = Rule("x", lambda _: Hit([FACT] * 100), "s", "r").explain(Story())
    assert found is not None
    assert len(found.evidence) == MOST_EVIDENCE


def test_no_evidence_no_hit() -> None:
    assert when_any([]) is None
    assert when_any([FACT], a=1) == Hit([FACT], {"a": 1})
    assert Rule("x", lambda _: None, "s", "r").explain(Story()) is None
