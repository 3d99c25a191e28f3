"""Why a call was not answered."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.rca.answering import RULES
from voiceagent.rca.story import Fact, Story


def first(story: Story) -> str:
    return next((rule.code for rule in RULES if rule.explain(story) is not None), "")


def asked(status: int | None, code: str = "", message: str = "", operation: str = "answer") -> Story:
    fields = {"operation": operation, "status": status, "code": code, "message": message}
    return Story(requests=[Fact(1.0, "request", "we ask", fields)], end_reason="answer_refused", outcome="failed")


@pytest.mark.parametrize(
    ("story", "code"),
    [
        (asked(401, "7509"), "answer_wrong_key"),
        (asked(403, "7507"), "answer_wrong_resource"),
        (asked(429), "answer_throttled"),
        (asked(400, "8529"), "answer_throttled"),
        (asked(400, "8586"), "answer_too_late"),
        (asked(403, "x", "Lifetime validation of the signed http request failed"), "answer_wrong_resource"),
        (asked(400, "8523", "The field CallbackUri is invalid"), "answer_address_refused"),
        (asked(500), "answer_failed"),
        (asked(None), "answer_hanging"),
        (asked(400, "8523", operation="create"), "answer_failed"),
        (asked(200), ""),
        (Story(), ""),
    ],
)
def test_what_was_said_to_our_answer(story: Story, code: str) -> None:
    assert first(story) == code


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        ("rejected", "nobodys_number", "nobodys_number"),
        ("rejected", "too_many_calls", "too_many_calls"),
        ("rejected", "engine_quota", "engine_budget"),
        ("rejected", "draining", "draining"),
        ("rejected", "forbidden", "refused_by_rule"),
        ("failed", "busy", ""),
    ],
)
def test_our_own_rules_and_limits(outcome: str, reason: str, code: str) -> None:
    assert first(Story(outcome=outcome, end_reason=reason)) == code


@pytest.mark.parametrize(
    ("phases", "ended", "code"),
    [
        ({}, 100.0, "caller_left_early"),
        ({"answered": 50.0}, 100.0, "caller_left_early"),
        ({"answered": 50.0}, 5000.0, ""),
        ({"answered": 50.0, "media_open": 60.0}, 100.0, ""),
    ],
)
def test_a_caller_who_left_before_there_was_sound(phases: dict[str, Any], ended: float, code: str) -> None:
    assert first(Story(outcome="failed", end_reason="caller_left", phases=phases, ended_ms=ended)) == code
