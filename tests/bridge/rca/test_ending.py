"""Why a call ended; what the recorded calls do not show (those are in test_rules)."""

from __future__ import annotations

import pytest

from voiceagent.rca.ending import BEFORE, BESIDE, RULES, TRANSFERS, WORDS
from voiceagent.rca.story import Fact, Flow, Story


def first(story: Story) -> str:
    rules = (*BEFORE, *TRANSFERS, *RULES, *BESIDE)
    return next((rule.code for rule in rules if rule.explain(story) is not None), "")


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        ("completed", "caller_left", "caller_left"),
        ("completed", "agent_ended", "agent_ended"),
        ("completed", "silence", "nobody_spoke"),
        ("completed", "max_length", "longest_call"),
        ("completed", "voicemail", "voicemail"),
        ("completed", "shutdown", "bridge_stopped"),
        ("transferred", "human_left", "human_left"),
        ("failed", "no_answer", "not_reached"),
        ("failed", "a defect in the bridge: KeyError", "defect"),
    ],
)
def test_the_reason_of_the_report(outcome: str, reason: str, code: str) -> None:
    assert first(Story(outcome=outcome, end_reason=reason, complete=True)) == code


@pytest.mark.parametrize("outcome", WORDS)
def test_a_transfer_that_came_to_nothing(outcome: str) -> None:
    told = Fact(9.0, "transfer", "", {"target": "desk", "outcome": outcome, "code": "486"})
    assert first(Story(outcome="completed", end_reason="caller_left", transfers=[told])) == f"transfer_{outcome}"
    assert first(Story(outcome="transferred", end_reason="transferred", transfers=[told])) == "human_left"


def test_a_caller_whom_the_engine_did_not_hear() -> None:
    loud = Flow(count=200, silent=50, last_ms=4000.0)
    assert first(Story(end_reason="silence", caller=loud)) == "caller_not_heard"
    assert first(Story(end_reason="silence", caller=loud, speech=Flow(count=1))) == "nobody_spoke"
    assert first(Story(end_reason="silence", caller=Flow(count=200, silent=200))) == "caller_silent"


def test_tools_and_torn_captures() -> None:
    tool = Fact(5.0, "tool", "", {"name": "look", "outcome": "timeout"})
    assert first(Story(tools=[tool], complete=True)) == "tool_failed"
    assert first(Story(complete=False, last_ms=3.0)) == "capture_incomplete"
    assert first(Story(complete=True)) == ""
