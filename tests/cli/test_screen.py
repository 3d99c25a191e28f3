"""The calls of a bridge as they happen."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from voiceagent_cli.screen import Calls, news, screen
from voiceagent_cli.terminal import Terminal

BEGAN = {"kind": "note", "call_id": "abcdef", "at_ms": 0, "note": "CallBeganNoted", "caller": "…42", "called": "…99"}
SAID = {
    "kind": "note",
    "call_id": "abcdef",
    "at_ms": 900,
    "note": "CallerTurnNoted",
    "text": "My order?",
    "start_ms": 400,
    "end_ms": 900,
}
PHASE = {"kind": "note", "call_id": "abcdef", "at_ms": 10, "note": "PhaseNoted", "phase": "engine_ready"}
ENDED = {"kind": "note", "call_id": "abcdef", "at_ms": 9000, "note": "CallEndedNoted"}


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, *items: dict[str, Any], as_json: bool = False) -> str:
    with screen(Terminal(out, io.StringIO()), as_json=as_json) as show:
        for item in items:
            show(item)
    return out.getvalue()


def test_a_pipe_gets_plain_lines_with_the_call_they_belong_to() -> None:
    assert shown(io.StringIO(), BEGAN, SAID, ENDED) == "abcd     0.4 s  caller    My order?\n"


def test_programs_get_one_object_a_line() -> None:
    lines = shown(io.StringIO(), BEGAN, ENDED, as_json=True).splitlines()
    assert len(lines) == 2
    assert '"note": "CallBeganNoted"' in lines[0]


def test_who_is_on_the_phone() -> None:
    now = [100.0]
    calls = Calls(lambda: now[0])
    for item in (BEGAN, PHASE, SAID):
        calls.take(item)
    now[0] += 75
    assert calls.rows() == [("abcd", "…42", "1:15", "connected", "My order?")]
    calls.take(ENDED)
    assert calls.rows() == []


def test_what_is_known_of_no_call_is_no_row() -> None:
    calls = Calls()
    calls.take({"kind": "reloaded"})
    calls.take(SAID)
    calls.take(ENDED)
    assert calls.rows() == []


@pytest.mark.parametrize("out", [io.StringIO, Screen])
def test_saved_changes_are_told(out: type[io.StringIO]) -> None:
    results, err = out(), io.StringIO()
    with screen(Terminal(results, err), as_json=False) as show:
        show({"kind": "reloaded", "hash": "1", "needs_restart": ""})
        show({"kind": "reloaded", "hash": "2", "needs_restart": "bridge.port"})
        show({"kind": "reload_failed", "sentence": "x", "remedy": "y"})
    told = [line for line in re.sub(r"\x1b\[[?0-9]*\w", "", err.getvalue() + results.getvalue()).splitlines() if line.strip()]
    assert told == [
        "Loaded again: the next call uses it.",
        "Loaded again: the next call uses it. bridge.port needs a restart.",
    ]


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            {"state": "lost", "why": "it was cut"},
            "The tunnel is lost: it was cut. New calls cannot come; it is being made again.",
        ),
        (
            {"state": "restored", "public_url": "https://x.example", "round_trip_ms": 21.0, "after_ms": 1620},
            "The tunnel is back after 1.6 s at https://x.example (21 ms there and back).",
        ),
        ({"state": "pointed", "public_url": "https://x.example"}, "Calls are announced at https://x.example."),
        (
            {"state": "not_pointed", "sentence": "no rights", "remedy": "ask for them"},
            "Calls cannot be announced at the new address: no rights; ask for them.",
        ),
    ],
)
def test_what_happens_to_the_tunnel_is_told(item: dict[str, Any], line: str) -> None:
    assert news({"kind": "tunnel", **item}) == line


def test_a_person_sees_the_lines_too() -> None:
    assert "My order?" in shown(Screen(), BEGAN, SAID, ENDED)
