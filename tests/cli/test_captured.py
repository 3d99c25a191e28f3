"""Captures on the screen."""

from __future__ import annotations

import pytest

from voiceagent.capture.compare import Comparison, Pair
from voiceagent.capture.records import NoteRecord, Wire
from voiceagent.errors import UserError
from voiceagent_cli.captured import cells, counts, days, pairs, side_by_side, size


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_500_000, "2.5 MB"), (7.2e9, "7.2 GB"), (9e12, "9000.0 GB")],
)
def test_sizes_for_people(count: float, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(("text", "age"), [("30d", 30), ("12h", 0.5), ("4w", 28), ("7", 7), ("0d", 0)])
def test_ages(text: str, age: float) -> None:
    assert days(text) == age


@pytest.mark.parametrize("text", ["", "d", "-1d", "soon", "1y", "nan", "inf"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(UserError, match="is no age"):
        days(text)


def test_a_row_without_a_readable_header_shows_the_file() -> None:
    row = {"started_at": None, "call_id": None, "capture": "captures/x", "duration_ms": None, "outcome": None}
    assert cells({**row, "bytes": 5, "policy": None, "encrypted": False, "state": "damaged"}) == (
        *("", "captures/x", "", "", "5 B", "", "damaged"),
    )


def test_frames_are_counted_by_socket_and_direction() -> None:
    frame = Wire(1.0, "media", "in", b"{}", 2)
    assert counts([frame, frame, NoteRecord(1.0, "x", {})]) == {"media in": 2, "note": 1}


def test_what_differs_is_marked() -> None:
    turn = {"role": "agent", "text": "Hello " * 20, "interrupted": True}
    comparison = Comparison(
        facts=(Pair("outcome", "completed", "failed", False), Pair("transfer", {"target": "a", "outcome": "busy"}, None, True)),
        turns=(Pair("turn", turn, None, False),),
        tools=(Pair("tool", {"name": "x", "arguments": {"a": 1}, "outcome": "ok"}, None, True),),
        latencies=(Pair("answer", 12.4, None, True),),
    )
    lines = side_by_side(comparison)
    assert lines[0].split() == ["!", "outcome", "completed", "failed"]
    assert lines[1].split() == ["transfer", "a,", "busy", "-"]
    assert "…" in lines[2]
    assert lines[3].split() == ["tool", 'x({"a":', "1})", "ok", "-"]
    assert lines[4].split() == ["answer", "12", "ms", "-"]
    assert pairs(comparison.latencies) == [{"what": "answer", "a": 12.4, "b": None, "same": True}]
