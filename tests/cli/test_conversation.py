"""A call as lines."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent_cli.conversation import arguments, line


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ({"note": "CallerTurnNoted", "text": "My order?", "start_ms": 1500}, "   1.5 s  caller    My order?"),
        (
            {
                "note": "AgentTurnNoted",
                "text": "Yes.",
                "start_ms": 2600,
                "latency_ms": 612.4,
                "interrupted": False,
                "heard_ms": 9,
            },
            "   2.6 s  agent     Yes.   (after 612 ms)",
        ),
        (
            {"note": "AgentTurnNoted", "text": "Ye", "start_ms": 0, "latency_ms": None, "interrupted": True, "heard_ms": 300},
            "   0.0 s  agent     Ye   (interrupted, heard 0.3 s)",
        ),
        (
            {"note": "BargeInNoted", "at_ms": 4000, "stop_ms": 12.2},
            "   4.0 s  barge-in  the agent fell silent 12 ms after the caller began",
        ),
        (
            {"note": "PlaybackResumedNoted", "at_ms": 6200, "silent_ms": 2180},
            "   6.2 s  barge-in  no words came: the agent goes on after 2.2 s",
        ),
        (
            {
                "note": "ToolNoted",
                "at_ms": 2500,
                "name": "look",
                "arguments": '{"a": 1}',
                "output": "{}",
                "outcome": "ok",
                "duration_ms": 3,
            },
            "   2.5 s  tool      look(a=1) -> {}   (3 ms)",
        ),
        (
            {
                "note": "ToolNoted",
                "at_ms": 0,
                "name": "look",
                "arguments": "{",
                "output": "late",
                "outcome": "timeout",
                "duration_ms": 8000,
            },
            "   0.0 s  tool      look({) -> late   (timeout, 8000 ms)",
        ),
        (
            {"note": "TransferNoted", "at_ms": 9000, "target": "support", "outcome": "no_answer", "duration_ms": 30000},
            "   9.0 s  transfer  to support: no answer   (30.0 s)",
        ),
        ({"note": "KeyNoted", "at_ms": 100, "key": "#"}, "   0.1 s  key       #"),
        ({"note": "Warned", "at_ms": 100, "sentence": "late"}, "   0.1 s  warning   late"),
        ({"note": "PhaseNoted", "at_ms": 100, "phase": "answered"}, "   0.1 s  call      answered"),
    ],
)
def test_notes_that_people_see(note: dict[str, Any], expected: str) -> None:
    assert line(note) == expected


@pytest.mark.parametrize(
    "note", [{"note": "UsageNoted"}, {"note": "PhaseNoted", "at_ms": 1, "phase": "media_open"}, {"note": "News"}, {}]
)
def test_notes_that_they_need_not_see(note: dict[str, Any]) -> None:
    assert line(note) is None


def test_arguments_as_python_shows_them() -> None:
    assert arguments('{"order_id": "4271", "n": 2}') == "order_id='4271', n=2"
    assert arguments({"a": True}) == "a=True"
    assert arguments("[1]") == "[1]"


def test_a_long_answer_of_a_tool_is_cut_on_the_screen() -> None:
    note = {"note": "ToolNoted", "at_ms": 0, "name": "look", "arguments": "{}", "output": "a" * 8192, "outcome": "ok"}
    shown = line(note | {"duration_ms": 1})
    assert shown is not None
    assert len(shown) < 500
    assert shown.endswith("a … (8192 characters)   (1 ms)")


@pytest.mark.parametrize("levels", [700, 100_000])
def test_arguments_nested_beyond_reason_are_shown_as_they_were_written(levels: int) -> None:
    text = '{"order_id":' + "[" * levels + "]" * levels + "}"
    assert arguments(text) == text
