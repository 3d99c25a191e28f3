"""The dev phone on the screen."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from voiceagent.local.calling import Called
from voiceagent_cli.calling import script_of, tell
from voiceagent_cli.exits import Ended
from voiceagent_cli.terminal import Terminal


@pytest.fixture
def terminal() -> tuple[Terminal, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Terminal(out, err), out, err


def test_nothing_to_say_listens_and_hints(terminal: Any) -> None:
    assert script_of([], terminal[0]) == [{"silence": 500}]
    assert "--say" in terminal[2].getvalue()


def test_something_to_say_needs_no_hint(terminal: Any) -> None:
    assert script_of([("say", "Hello")], terminal[0]) == [{"say": "Hello"}]
    assert terminal[2].getvalue() == ""


def test_a_good_call_is_its_facts(terminal: Any, report: Any) -> None:
    tell(Called(report, ""), terminal[0], as_json=False)
    assert terminal[1].getvalue().startswith("call        transferred (the caller reached support) after 41.2 s\n")


def test_as_json_it_is_the_report_and_nothing_else(terminal: Any, report: Any) -> None:
    tell(Called(report, ""), terminal[0], as_json=True)
    assert json.loads(terminal[1].getvalue()) == report
    assert terminal[2].getvalue() == ""


@pytest.mark.parametrize(
    ("outcome", "cut", "code", "words"),
    [
        ("failed", "", 1, "The call failed"),
        ("rejected", "", 1, "The call was rejected"),
        ("completed", "longer than 5 s", 1, "--timeout"),
        ("completed", "interrupted", 130, ""),
    ],
)
def test_a_call_that_did_not_go_well_ends_with_its_code(
    terminal: Any, report: Any, outcome: str, cut: str, code: int, words: str
) -> None:
    with pytest.raises(Ended) as ended:
        tell(Called(report | {"outcome": outcome}, cut), terminal[0], as_json=True)
    assert ended.value.code == code
    assert words in terminal[2].getvalue()
    assert json.loads(terminal[1].getvalue())["outcome"] == outcome
