"""Levels as bars."""

from __future__ import annotations

import io

import pytest

from voiceagent_cli.meters import bar, meters, row
from voiceagent_cli.terminal import Terminal


@pytest.mark.parametrize(
    ("dbfs", "shown"),
    [
        (-100, "........................    quiet "),
        (-30, "############............  -30 dBFS"),
        (0, "########################    0 dBFS"),
        (6, "########################    6 dBFS"),
    ],
)
def test_a_level_is_a_bar_and_a_number(dbfs: float, shown: str) -> None:
    assert bar(dbfs) == shown


def test_the_row_has_both_sides_and_the_state() -> None:
    assert row(-30, -100, "muted").split() == ["mic", "#" * 12 + "." * 12, "-30", "dBFS", "agent", "." * 24, "quiet", "muted"]


def test_where_nobody_looks_there_are_only_lines() -> None:
    err = io.StringIO()
    with meters(Terminal(io.StringIO(), err), lambda: "a row") as say:
        say("a line")
    assert err.getvalue() == "a line\n"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_where_somebody_looks_lines_stand_above_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    with meters(Terminal(io.StringIO(), screen), lambda: "a row") as say:
        say("a line")
    assert "a line\n" in screen.getvalue()
    assert "a row" in screen.getvalue()
