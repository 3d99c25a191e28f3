"""Two calls that mean the same, or not."""

from __future__ import annotations

from typing import Any

from voiceagent.replay.meaning import Tolerance, compared, first_difference, same

TOOL = {"name": "lookup_order", "arguments": {"order_id": "4271"}, "result": {}, "outcome": "ok", "duration_ms": 3.0}


def report(**changes: Any) -> dict[str, Any]:
    turns = [
        {"role": "agent", "text": "Your order is on its way.", "start_ms": 900.0},
        {"role": "caller", "text": "Thank you.", "start_ms": 3_000.0},
    ]
    about = {"outcome": "completed", "end_reason": "caller_left", "duration_ms": 9_000.0, "transfer": None}
    return {**about, "turns": turns, "tools": [TOOL], "barge_ins": [], "latency_ms": {"turn_p50": 600.0}, **changes}


def differing(actual: dict[str, Any], *, hidden: bool = False, **tolerance: Any) -> list[str]:
    found = compared(report(), actual, hidden=hidden, tolerance=Tolerance(**tolerance))
    return [one.what for one in found if not one.same]


def test_the_same_call_means_the_same() -> None:
    found = compared(report(), report(), hidden=False, tolerance=Tolerance())
    assert same(found)
    assert first_difference(found, report()) is None


def test_what_a_tool_was_asked_counts() -> None:
    other = {**TOOL, "arguments": {"order_id": "1111"}}
    assert differing(report(tools=[other])) == ["tools"]
    assert differing(report(tools=[])) == ["tools"]


def test_of_hidden_arguments_only_their_shape_counts() -> None:
    assert differing(report(tools=[{**TOOL, "arguments": {"order_id": "11111"}}]), hidden=True) == []
    assert differing(report(tools=[{**TOOL, "arguments": {"order": "4271"}}]), hidden=True) == ["tools"]


def test_transfer_end_and_interruptions_count() -> None:
    transfer = {"target": "support", "outcome": "busy", "duration_ms": 1.0}
    actual = report(transfer=transfer, outcome="failed", end_reason="engine_lost", barge_ins=[{"at_ms": 5.0}])
    assert differing(actual) == ["transfer", "outcome", "end reason", "interruptions"]


def test_words_may_differ_within_a_ratio() -> None:
    turns = [{"role": "agent", "text": "Your order is on the way!", "start_ms": 1.0}, {**report()["turns"][1]}]
    assert differing(report(turns=turns)) == []
    assert differing(report(turns=turns), words=0.95) == ["agent's words"]


def test_what_the_engine_heard_is_told_and_does_not_count() -> None:
    turns = [report()["turns"][0], {"role": "caller", "text": "Tank ewe", "start_ms": 1.0}]
    found = compared(report(), report(turns=turns), hidden=False, tolerance=Tolerance())
    assert [one.what for one in found if not one.same] == ["caller's words"]
    assert same(found)


def test_latency_counts_when_a_bound_is_named() -> None:
    slow = report(latency_ms={"turn_p50": 900.0})
    assert differing(slow) == []
    assert differing(slow, latency_ms=200.0) == ["latency p50"]
    assert differing(slow, latency_ms=400.0) == []


def test_the_most_important_difference_is_told_first() -> None:
    actual = report(tools=[], outcome="failed")
    found = compared(report(), actual, hidden=False, tolerance=Tolerance())
    first = first_difference(found, actual)
    assert first is not None
    assert (first["what"], first["actual"], first["at_ms"]) == ("tools", [], 9_000.0)
    assert first["context"][-1]["text"] == "Thank you."


def test_interruptions_have_a_time() -> None:
    actual = report(barge_ins=[{"at_ms": 1_234.0}])
    first = first_difference(compared(report(), actual, hidden=False, tolerance=Tolerance()), actual)
    assert first is not None
    assert first["at_ms"] == 1_234.0
