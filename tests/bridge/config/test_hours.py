from __future__ import annotations

from datetime import datetime

import pytest

from voiceagent.config.hours import read_span

MONDAY = 2  # 2 November 2026


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, MONDAY + day, hour, minute)


@pytest.mark.parametrize(
    ("text", "within", "without"),
    [
        ("mon-fri 09:00-17:30", [at(0, 9), at(4, 17, 29)], [at(0, 8, 59), at(4, 17, 30), at(5, 12)]),
        ("Sat 9:00-12:00", [at(5, 9)], [at(6, 9)]),
        ("sun", [at(6, 0), at(6, 23, 59)], [at(0, 0)]),
        ("daily 22:00-06:00", [at(2, 23), at(3, 5, 59)], [at(2, 12), at(2, 21, 59)]),
        ("fri 22:00-02:00", [at(4, 22), at(5, 1, 59)], [at(4, 1), at(5, 2)]),
        ("fri-mon", [at(4, 1), at(6, 1), at(0, 1)], [at(1, 1)]),
        ("daily 00:00-24:00", [at(3, 23, 59)], []),
    ],
)
def test_hours_are_meant_as_people_write_them(text: str, within: list[datetime], without: list[datetime]) -> None:
    span = read_span(text)
    assert span is not None
    assert [span.holds(moment) for moment in within] == [True] * len(within)
    assert [span.holds(moment) for moment in without] == [False] * len(without)


@pytest.mark.parametrize(
    "text", ["", "monday", "mon 9-17", "daily-fri", "mon 09:00-09:00", "mon 25:00-26:00", "mon 09:60-10:00", "09:00-17:00"]
)
def test_what_cannot_be_meant_is_none(text: str) -> None:
    assert read_span(text) is None
