"""What a run came to, in the promised shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.results import Result, Run, summary

GOOD, BAD = Verdict("a", True, "x", step="“hi”"), Verdict("b", False, "y")


def test_all_repeats_count_and_the_first_that_failed_is_shown(written: Callable[..., Any]) -> None:
    case = written("name: hi\nsteps: [say: hi]")
    good, bad = Run((GOOD,), {"call_id": "1"}, seconds=1.5), Run((GOOD, BAD), {"call_id": "2"}, seconds=2)
    result = Result(case, (good, bad, good))
    told = result.json()
    assert {key: told[key] for key in ("name", "outcome", "repeats", "passed", "expectations", "call", "seconds")} == {
        "name": "hi",
        "outcome": "failed",
        "repeats": 3,
        "passed": 2,
        "expectations": [{"text": "“hi”: a", "passed": True, "heard": "x"}, {"text": "b", "passed": False, "heard": "y"}],
        "call": {"call_id": "2"},
        "seconds": 5.0,
    }
    assert [run["outcome"] for run in told["runs"]] == ["passed", "failed", "passed"]
    assert Result(case, (good, good)).telling is good


def test_an_error_is_an_expectation_that_was_not_met(written: Callable[..., Any]) -> None:
    result = Result(written("steps: [say: hi]"), (Run((), None, error="The bridge did not answer."),))
    assert result.outcome == "error"
    assert result.json()["expectations"] == [
        {"text": "the call takes place", "passed": False, "heard": "The bridge did not answer."}
    ]


def test_the_sum_counts_scenarios_and_names_those_not_run(written: Callable[..., Any]) -> None:
    case = written("steps: [say: hi]")
    results = [Result(case, (Run((one,), {}),)) for one in (GOOD, BAD)] + [Result(case, (Run((), None, error="x"),))]
    told = summary(results, not_run=[case])
    assert {key: told[key] for key in told if key != "scenarios"} == {
        "passed": 1,
        "failed": 2,
        "errors": 1,
        "not_run": ["a"],
        "findings": [],
    }
    assert len(told["scenarios"]) == 3
