"""Steps keep the order they were typed in, across options."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent_cli.group import load
from voiceagent_cli.ordered import STEPS_KEY


def order(*words: str) -> list[tuple[str, str]]:
    command: Any = load("call")
    with command.make_context("call", list(words)) as ctx:
        return ctx.meta[STEPS_KEY]  # type: ignore[no-any-return]  # click's meta holds anything


def test_across_different_options() -> None:
    assert order("--say", "A", "--dtmf", "1", "--say", "B", "--silence", "300") == [
        ("say", "A"),
        ("dtmf", "1"),
        ("say", "B"),
        ("silence", "300"),
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--say=A", "--dtmf=1"], [("say", "A"), ("dtmf", "1")]),
        (["--dtmf", "1", "demo", "--say", "A"], [("dtmf", "1"), ("say", "A")]),
        (["--say", "--dtmf 1", "--dtmf", "2"], [("say", "--dtmf 1"), ("dtmf", "2")]),
        (["--human", "busy", "--say", "A", "--json"], [("say", "A")]),
        (["--dtmf", "1", "--", "--say"], [("dtmf", "1")]),
        ([], []),
    ],
)
def test_however_they_are_written(words: list[str], expected: list[tuple[str, str]]) -> None:
    assert order(*words) == expected
