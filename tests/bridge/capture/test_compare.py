"""Two calls side by side."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.capture.compare import compare


def turn(role: str, text: str, interrupted: bool = False) -> dict[str, Any]:
    return {"role": role, "text": text, "interrupted": interrupted, "start_ms": 0, "end_ms": 1}


def report(**parts: Any) -> dict[str, Any]:
    latency = {"answer": 50.0, "first_audio": 400.0, "turn_p50": 600.0, "turn_p95": 700.0, "barge_in_stop_p95": None}
    whole = {"outcome": "completed", "end_reason": "caller_left", "transfer": None, "barge_ins": [], "turns": [], "tools": []}
    return {**whole, "latency_ms": latency, **parts}


def test_a_call_is_the_same_as_itself() -> None:
    one = report(turns=[turn("agent", "Hello")])
    assert compare(one, one).same


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "failed"},
        {"end_reason": "silence"},
        {"transfer": {"target": "support", "outcome": "busy", "duration_ms": 5}},
        {"barge_ins": [{}]},
        {"turns": [turn("agent", "Hello")]},
        {"tools": [{"name": "x", "arguments": {}, "result": {}, "outcome": "ok", "duration_ms": 3}]},
    ],
)
def test_what_happened_makes_calls_different(other: dict[str, Any]) -> None:
    assert not compare(report(), report(**other)).same


def test_turns_that_are_the_same_stand_beside_each_other() -> None:
    a = report(turns=[turn("agent", "Hello"), turn("caller", "Hi"), turn("agent", "Bye")])
    b = report(turns=[turn("agent", "Hello"), turn("agent", "Bye")])
    assert [(pair.a and pair.a["text"], pair.b and pair.b["text"], pair.same) for pair in compare(a, b).turns] == [
        ("Hello", "Hello", True),
        ("Hi", None, False),
        ("Bye", "Bye", True),
    ]


def test_latencies_count_only_beyond_a_tolerance_that_was_named() -> None:
    slower = report(latency_ms=report()["latency_ms"] | {"turn_p50": 900.0})
    assert compare(report(), slower).same
    assert compare(report(), slower, tolerance_ms=300).same
    found = compare(report(), slower, tolerance_ms=299)
    assert [pair.what for pair in found.latencies if not pair.same] == ["turn_p50"]


def test_a_latency_that_only_one_has_is_a_difference_when_they_count() -> None:
    other = report(latency_ms=report()["latency_ms"] | {"barge_in_stop_p95": 10.0})
    assert compare(report(), other).same
    assert not compare(report(), other, tolerance_ms=1000).same


def test_words_that_only_one_shows_are_hidden_in_both() -> None:
    tool = {"name": "x", "arguments": {"order_id": "4271"}, "result": "ok", "outcome": "ok", "duration_ms": 3}
    shown = report(turns=[turn("agent", "Order 4271")], tools=[tool])
    hidden = report(turns=[turn("agent", "xxxxx 0000")], tools=[{**tool, "arguments": {"order_id": "0000"}, "result": "xx"}])
    assert not compare(shown, hidden).same
    assert compare(shown, hidden, hide=True).same
