"""Who may come in."""

from __future__ import annotations

from voiceagent.runtime.admission import Admission, ConnectionBudget
from voiceagent.testing.clock import ManualClock


def test_so_many_calls_and_no_more() -> None:
    admission = Admission(max_calls=2)
    assert [admission.enter() for _ in range(3)] == ["admitted", "admitted", "too_many_calls"]
    admission.leave()
    assert admission.enter() == "admitted"
    assert admission.inside == 2


def test_while_draining_nobody_comes_in() -> None:
    admission = Admission(max_calls=2)
    admission.draining = True
    assert admission.enter() == "draining"


def test_the_engines_quota_bounds_a_herd_and_refills_with_time() -> None:
    clock = ManualClock()
    admission = Admission(max_calls=100, budget=ConnectionBudget(per_minute=30, burst=3, clock=clock))
    assert [admission.enter() for _ in range(4)] == ["admitted"] * 3 + ["engine_quota"]
    clock.advance(2000)
    assert [admission.enter() for _ in range(2)] == ["admitted", "engine_quota"]


def test_a_budget_does_not_save_up_beyond_its_burst() -> None:
    clock = ManualClock()
    budget = ConnectionBudget(per_minute=60, burst=2, clock=clock)
    assert budget.take()
    clock.advance(3_600_000)
    assert [budget.take() for _ in range(3)] == [True, True, False]
