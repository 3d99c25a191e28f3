"""Two views of one call laid over each other."""

from __future__ import annotations

from typing import Any

from voiceagent.scenarios.timeline import Timeline, Window, timeline


def test_the_bridges_times_are_moved_to_the_phones_clock(call: Timeline) -> None:
    assert [turn.start_ms for turn in call.turns] == [250, 2_300, 5_000, 6_300, 8_000]
    assert (call.tools[0].at_ms, call.answered_ms, call.duration_ms) == (4_750, 100, 12_050)


def test_both_tell_their_beginning_and_a_bridge_that_learned_late_of_the_call_is_laid_where_it_belongs(
    report: dict[str, Any],
) -> None:
    report["started_at"] = "2026-11-22T05:00:01.250Z"
    report["ear"]["rang_at"] = 1_795_323_600.0
    assert [turn.start_ms for turn in timeline(report).turns][:2] == [1_450, 3_500]


def test_steps_are_windows(call: Timeline) -> None:
    assert call.window(0) == Window(2_260, 6_260, 4_000)
    assert call.window(1) == Window(6_260, float("inf"), 7_000)
    assert call.window(2) is None
    assert call.whole() == Window(0, float("inf"), 100)


def test_things_happen_in_an_order(call: Timeline) -> None:
    assert [(one.event, one.named[:5]) for one in call.happenings] == [
        ("answered", ""),
        ("agent", "Hello"),
        ("caller", "Where"),
        ("tool", "looku"),
        ("agent", "Order"),
        ("caller", "Sorry"),
        ("barge_in", ""),
        ("agent", "All r"),
        ("key", "7"),
        ("ended", ""),
    ]


def test_without_a_phone_the_report_is_enough(report: dict[str, Any]) -> None:
    call = timeline({**report, "ear": None})
    assert [turn.start_ms for turn in call.turns][:2] == [200, 2_250]
    assert (call.answers, call.barge_ins, call.steps, call.duration_ms) == ((), (), (), 12_000)


def test_turns_far_apart_are_not_the_same_turn(report: dict[str, Any]) -> None:
    report["ear"]["turns"][0]["start_ms"] = 4_000.0
    assert timeline(report).turns[0].start_ms == 200


def test_both_sides_warn(report: dict[str, Any]) -> None:
    report["warnings"] = [{"at_ms": 1, "code": "x", "sentence": "The bridge."}]
    diary = [{"kind": "warning", "at_ms": 2.0, "sentence": "The phone."}]
    assert timeline(report, [], diary).warnings == ("The bridge.", "The phone.")
