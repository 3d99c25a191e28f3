"""How long phones ring and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.humans import FAILURES, HUMANS, call_human
from voiceagent.emulators.acs.options import NetworkOptions


def ring(behaviour: Any, ring_ms: float | None = None, timeout_ms: float = 30_000) -> tuple[str, float]:
    ringing = call_human("4:+1", behaviour, timeout_ms=timeout_ms, options=NetworkOptions(), ring_ms=ring_ms, now=100)
    return ringing.outcome, ringing.until - 100


@pytest.mark.parametrize(("behaviour", "after"), [("answer", 1_000), ("busy", 400), ("declined", 1_500), ("no_answer", 30_000)])
def test_each_human_takes_its_time(behaviour: str, after: float) -> None:
    assert ring(behaviour) == (behaviour, after)


def test_a_call_may_say_how_long_its_human_lets_it_ring() -> None:
    assert ring("answer", ring_ms=5_000) == ("answer", 5_000)


def test_nobody_picks_up_after_the_invitation_has_timed_out() -> None:
    assert ring("answer", ring_ms=20_000, timeout_ms=10_000) == ("no_answer", 10_000)


def test_every_failure_has_a_reason_of_the_network() -> None:
    assert set(HUMANS) - {"answer", "refuses", "leaves"} < set(FAILURES)
    assert {result.sub_code for result in FAILURES.values()} <= set(range(8538, 8545))
    assert all(result.sip is not None and result.code >= 400 for result in FAILURES.values())
