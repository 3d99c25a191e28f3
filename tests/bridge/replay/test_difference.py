"""The first difference, told so that a person sees what happened."""

from __future__ import annotations

from typing import Any

from voiceagent.replay.difference import CONTEXT, Comparing, short, unlike

EVENT = {"type": "CallerSpeechStarted", "fields": {}}


def command(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": name, "fields": fields}


def test_equal_runs_have_no_difference() -> None:
    comparing = Comparing()
    comparing.take(1.0, None, [command("A")], [command("A")])
    assert comparing.first is None
    assert (comparing.compared, comparing.differing) == (1, 0)


def test_the_first_difference_is_kept_with_what_went_before() -> None:
    comparing = Comparing()
    for number in range(9):
        comparing.take(float(number), EVENT, [command("A", n=number)], [command("A", n=number)])
    comparing.take(20.0, EVENT, [command("B"), command("C")], [command("B"), command("D")])
    comparing.take(30.0, EVENT, [command("E")], [])
    first = comparing.first
    assert first is not None
    assert (first.at_ms, first.expected, first.actual) == (20.0, command("C"), command("D"))
    assert [one.command for one in first.context] == [*(command("A", n=n) for n in range(5, 9)), command("B")]
    assert len(first.context) == CONTEXT
    assert comparing.differing == 2


def test_a_command_that_comes_later_is_found() -> None:
    comparing = Comparing()
    comparing.take(100.0, EVENT, [command("Stop")], [])
    comparing.take(340.0, EVENT, [], [command("Stop")])
    assert comparing.first is not None
    assert comparing.first.nearest == ("what was expected comes 240 ms later: Stop",)


def test_a_command_that_came_too_early_is_found() -> None:
    comparing = Comparing()
    comparing.take(100.0, EVENT, [], [command("Stop")])
    comparing.take(150.0, EVENT, [command("Stop")], [])
    assert comparing.first is not None
    assert comparing.first.nearest == ("what came was expected 50 ms later: Stop",)


def test_another_order_at_the_same_time_is_told_as_such() -> None:
    comparing = Comparing()
    comparing.take(100.0, EVENT, [command("A"), command("B")], [command("B"), command("A")])
    assert comparing.first is not None
    assert comparing.first.nearest == (
        "what was expected comes at the same time, in another order: A",
        "what came was expected at the same time, in another order: B",
    )


def test_a_command_that_never_comes_is_told_too() -> None:
    comparing = Comparing()
    comparing.take(100.0, EVENT, [command("Stop")], [])
    comparing.take(9_000.0, EVENT, [], [command("Stop")])
    assert comparing.first is not None
    assert comparing.first.nearest == ("what was expected comes nowhere in the next 5 s: Stop",)


def test_commands_of_one_kind_are_compared_field_by_field() -> None:
    comparing = Comparing()
    comparing.take(1.0, EVENT, [command("T", item="i", end=858)], [command("T", item="i", end=900)])
    assert comparing.first is not None
    assert comparing.first.changed == ("end: 858 → 900",)
    assert comparing.first.json()["fields"] == ["end: 858 → 900"]


def test_members_that_differ_are_named_by_their_path() -> None:
    then = {"a": {"b": [1, {"c": 2}]}, "gone": 1, "same": True}
    now = {"a": {"b": [1, {"c": 3}]}, "new": 2, "same": True}
    assert unlike(then, now) == ["a.b[1].c: 2 → 3", "gone: 1 → (absent)", "new: (absent) → 2"]
    assert unlike([1], [1, 2], "list") == ["list: [1] → [1, 2]"]


def test_long_values_are_cut() -> None:
    assert len(short("x" * 1000)) == 160
