"""Two streams: results and talk."""

from __future__ import annotations

import io
import json

import pytest

from voiceagent_cli.terminal import Terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_results_and_talk_never_mix() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err)
    terminal.result("one")
    terminal.say("two")
    terminal.warn("three")
    terminal.complain("four", "five")
    assert out.getvalue() == "one\n"
    assert err.getvalue() == "two\nwarning: three\nerror: four\n  try: five\n"


def test_a_record_is_json_and_keeps_its_letters() -> None:
    out = io.StringIO()
    Terminal(out, io.StringIO()).record({"text": "grüß"}, indent=None)
    assert out.getvalue() == '{"text": "grüß"}\n'
    assert json.loads(out.getvalue()) == {"text": "grüß"}


def test_a_table_in_a_pipe_is_tab_separated() -> None:
    out = io.StringIO()
    Terminal(out, io.StringIO()).table(("a", "b"), [("1", "2"), ("3", "4")])
    assert out.getvalue() == "1\t2\n3\t4\n"


def test_a_table_on_a_screen_has_a_head() -> None:
    out = Screen()
    Terminal(out, io.StringIO()).table(("name", "value"), [("[red]x", "2")])
    assert "name" in out.getvalue()
    assert "[red]x" in out.getvalue()


def test_no_colour_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    pipe, screen = io.StringIO(), Screen()
    Terminal(io.StringIO(), pipe).soft("x")
    Terminal(io.StringIO(), screen).soft("x")
    assert pipe.getvalue() == "x\n"
    assert screen.getvalue() == "\033[2mx\033[0m\n"


def test_no_colour_when_asked_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Screen()
    Terminal(io.StringIO(), screen).soft("x")
    assert screen.getvalue() == "x\n"


def test_a_narrow_screen_cuts_nothing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    out = Screen()
    Terminal(out, io.StringIO()).table(("name", "value"), [("engine.turn_detection.threshold", "0.5"), ("a", "b" * 40)])
    assert "…" not in out.getvalue()


def test_talk_may_pass_through_a_live_screen_for_a_while() -> None:
    err, live = io.StringIO(), io.StringIO()
    terminal = Terminal(io.StringIO(), err)
    with terminal.through(live):
        terminal.say("one")
    terminal.say("two")
    assert (live.getvalue(), err.getvalue()) == ("one\n", "two\n")


def test_a_question_leaves_its_line_to_the_answer() -> None:
    out, err = io.StringIO(), io.StringIO()
    Terminal(out, err).prompt("Name: ")
    assert (out.getvalue(), err.getvalue()) == ("", "Name: ")
