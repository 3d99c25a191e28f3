"""What is done with a ringing call, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.reception import AnswerSection
from voiceagent.protocol.event_grid import IncomingCall
from voiceagent.protocol.identifiers import from_raw_id
from voiceagent.server.answering import ACCEPT, Decision, decide, over_the_limit

MONDAY_NOON_UTC = 1_793_620_800.0  # 2 November 2026, 12:00 UTC: 13:00 in Berlin


def decided(*rules: dict[str, Any], caller: str = "4:+493012345", calls: int = 0, **answer: Any) -> Decision:
    incoming = IncomingCall(from_raw_id("4:+14255550199"), from_raw_id(caller), "context")
    section = AnswerSection.model_validate({"rules": list(rules), **answer})
    return decide(section, incoming, now=MONDAY_NOON_UTC, calls=calls)


def test_without_rules_everybody_is_answered() -> None:
    assert decided() == ACCEPT


@pytest.mark.parametrize(
    ("patterns", "caller", "fits"),
    [
        (["+4930*"], "4:+493012345", True),
        (["+4940*", "+493012345"], "4:+493012345", True),
        (["+4930"], "4:+493012345", False),
        (["anonymous"], "4:anonymous", True),
        (["anonymous"], "4:+493012345", False),
        (["8:acs:*"], "8:acs:x_y", True),
    ],
)
def test_callers_are_known_by_number_prefix_or_id(patterns: list[str], caller: str, fits: bool) -> None:
    decision = decided({"caller": patterns, "do": "forbidden"}, caller=caller)
    assert (decision == Decision("forbidden", why="rule")) is fits


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"called": ["+14255550199"]}, True),
        ({"called": ["+14255550198"]}, False),
        ({"during": ["mon 12:30-13:30"]}, True),
        ({"during": ["mon 11:30-12:30"]}, False),
        ({"outside": ["mon-fri 09:00-17:00"]}, False),
        ({"outside": ["sat", "sun"]}, True),
        ({"calls_over": 2}, True),
        ({"calls_over": 3}, False),
    ],
)
def test_a_rule_fits_when_all_it_names_does(rule: dict[str, Any], fits: bool) -> None:
    decision = decided({**rule, "do": "busy"}, calls=3, timezone="Europe/Berlin")
    assert (decision.do == "busy") is fits


def test_the_first_rule_that_fits_decides() -> None:
    assert decided({"caller": ["+4930*"]}, {"do": "redirect", "to": "night"}) == ACCEPT
    assert decided({"do": "redirect", "to": "night"}, {"do": "busy"}) == Decision("redirect", "night", "rule")


def test_callers_over_the_limit_go_where_the_author_said() -> None:
    assert over_the_limit(AnswerSection(), "engine_quota") == Decision("busy", why="engine_quota")
    assert over_the_limit(AnswerSection(overflow="desk"), "too_many_calls") == Decision("redirect", "desk", "too_many_calls")
