"""Each kind of expectation, met and not met, with what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from voiceagent.scenarios.judge import Verdict, judge
from voiceagent.scenarios.schema import Scenario
from voiceagent.scenarios.timeline import BargeIn, Timeline

STEPS = [{"say": "Where?"}, {"interrupt": "Stop"}]


def verdicts(call: Timeline, *, whole: Any = (), first: Any = (), second: Any = (), third: Any = None) -> list[Verdict]:
    steps: list[dict[str, Any]] = [{**STEPS[0], "expect": list(first)}, {**STEPS[1], "expect": list(second)}]
    if third is not None:
        steps.append({"dtmf": "1", "expect": list(third)})
    return judge(Scenario.model_validate({"steps": steps, "expect": list(whole)}), call)


@pytest.mark.parametrize(
    ("expectation", "passed", "heard"),
    [
        ({"agent_says": "on its way"}, True, "“Order 4 2 7 1 is on its way. It arrives” [interrupted]"),
        ({"agent_says": "goodbye"}, False, "“Order 4 2 7 1 is on its way. It arrives” [interrupted]"),
        ({"agent_says": "order 4271", "within_ms": 1000}, True, "after 1000 ms: “Order 4 2 7 1"),
        ({"agent_says": "order 4271", "within_ms": 999}, False, "after 1000 ms: “Order 4 2 7 1"),
        ({"agent_never_says": "goodbye"}, True, "“Order"),
        ({"agent_never_says": "it arrives"}, False, "“Order"),
        ({"caller_is_heard": "two seven one"}, True, "“Where is order for two seven one?”"),
        ({"caller_is_heard": "four two"}, False, "“Where is order for two seven one?”"),
        ({"tool": "lookup_order"}, True, 'lookup_order {"order_id": "4271", "fast": true}'),
        ({"tool": "lookup_order", "arguments": {"order_id": "4271"}}, True, "lookup_order"),
        ({"tool": "lookup_order", "arguments": {"order_id": 4271}}, False, '"4271"'),
        ({"tool": "lookup_order", "arguments": {"fast": 1}}, False, "true"),
        ({"tool": "lookup_order", "arguments_exactly": {"order_id": "4271"}}, False, "fast"),
        ({"tool": "lookup_order", "arguments_exactly": {"fast": True, "order_id": "4271"}}, True, "fast"),
        ({"tool": "lookup_order", "result": {"days": 1}}, True, '-> {"status": "on its way", "days": 1}'),
        ({"tool": "lookup_order", "outcome": "error"}, False, "lookup_order"),
        ({"tool": "lookup_order", "times": 2}, False, "lookup_order"),
        ({"tool": "end_call"}, False, "lookup_order"),
        ({"no_tool": "end_call"}, True, "lookup_order"),
        ({"no_tool": "any"}, False, "lookup_order"),
        ({"answers_within_ms": 1000}, True, "answers after 1000 ms"),
        ({"answers_within_ms": 900}, False, "answers after 1000 ms"),
        ({"barge_in": "none"}, True, "no interruption"),
        ({"barge_in": None}, False, "no interruption"),
    ],
)
def test_a_step_is_judged_by_what_happened_until_the_next(call: Timeline, expectation: Any, passed: bool, heard: str) -> None:
    verdict = verdicts(call, first=[expectation])[0]
    assert verdict.passed is passed, verdict
    assert heard in verdict.heard
    assert verdict.step == "“Where?”"
    assert verdict.sentence.startswith("“Where?”: ")


@pytest.mark.parametrize(
    ("expectation", "passed", "heard"),
    [
        ({"barge_in": 200}, True, "silent 200 ms after the caller began"),
        ({"barge_in": {"stop_ms": 199}}, False, "silent 200 ms"),
        ({"barge_in": "none"}, False, "silent 200 ms"),
        ({"no_tool": "any"}, True, "no tool"),
        ({"tool": "lookup_order"}, False, "no tool"),
        ({"agent_says": "goodbye"}, True, "“All right. Goodbye!”"),
    ],
)
def test_the_last_step_lasts_to_the_end(call: Timeline, expectation: Any, passed: bool, heard: str) -> None:
    verdict = verdicts(call, second=[expectation])[0]
    assert (verdict.passed, heard in verdict.heard) == (passed, True), verdict


@pytest.mark.parametrize(
    ("expectation", "passed", "heard"),
    [
        (
            {"in_order": ["answered", "agent", {"tool": "lookup_order"}, {"agent": "goodbye"}, {"key": 7}, "ended"]},
            True,
            "answered, agent",
        ),
        (
            {"in_order": [{"agent": "goodbye"}, {"tool": "lookup_order"}]},
            False,
            "no tool lookup_order in its place among: answered",
        ),
        ({"transfer": "none"}, True, "no transfer"),
        ({"transfer": "busy"}, False, "no transfer"),
        ({"call_ended": "completed"}, True, "completed (caller_left)"),
        ({"call_ended": {"outcome": "completed", "reason": "agent_ended"}}, False, "completed (caller_left)"),
        ({"cost_at_most": 0.02}, True, "0.02"),
        ({"cost_at_most": 0.01}, False, "0.02"),
        ({"no_warnings": True}, True, "none"),
        ({"answers_within_ms": 1000}, True, "answers after 1000, 1000 ms"),
        ({"agent_says": "order desk", "within_ms": 150}, True, "after 150 ms"),
    ],
)
def test_the_whole_call_is_judged(call: Timeline, expectation: Any, passed: bool, heard: str) -> None:
    verdict = verdicts(call, whole=[expectation])[0]
    assert (verdict.passed, heard in verdict.heard, verdict.step) == (passed, True, ""), verdict


@pytest.mark.parametrize(
    ("wanted", "passed"), [("busy", True), ({"target": "sales"}, False), ({"target": "support", "outcome": "busy"}, True)]
)
def test_transfers_are_judged(call: Timeline, wanted: Any, passed: bool) -> None:
    handed = replace(call, transfer={"target": "support", "outcome": "busy", "duration_ms": 1})
    verdict = verdicts(handed, whole=[{"transfer": wanted}])[0]
    assert (verdict.passed, verdict.heard) == (passed, "support: busy")


def test_a_step_that_was_never_reached_fails_its_expectations(call: Timeline) -> None:
    verdict = verdicts(call, third=[{"no_tool": "any"}])[0]
    assert verdict == Verdict("no tool runs", False, "the call ended before the caller came to this", step="keys 1")


def test_a_call_must_go_well_unless_the_scenario_says_how_it_ends(call: Timeline) -> None:
    failed = replace(call, outcome="failed", end_reason="engine_lost")
    assert verdicts(failed) == [Verdict("the call goes well", False, "failed (engine_lost)")]
    assert [one.passed for one in verdicts(failed, whole=[{"call_ended": "failed"}])] == [True]
    assert [one.text for one in verdicts(call)] == ["the call goes well"]


def test_an_agent_that_finished_by_itself_was_not_interrupted(call: Timeline) -> None:
    finished = replace(call, barge_ins=(BargeIn(6_300, 200, cut=False),))
    assert [one.passed for one in verdicts(finished, second=[{"barge_in": None}])][:1] == [False]


def test_no_answer_at_all_is_not_in_time(call: Timeline) -> None:
    verdict = verdicts(replace(call, answers=()), whole=[{"answers_within_ms": 9000}])[0]
    assert (verdict.passed, verdict.heard) == (False, "no answer")
