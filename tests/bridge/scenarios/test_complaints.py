"""Refusals: file and line, key, what stands there, what was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.errors import UserError

NAMES = "agent_says, agent_never_says, caller_is_heard"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stesp: 1\nsteps: [say: hi]", "a.yaml:1: `stesp` is not known here; did you mean `steps`?"),
        ("steps:\n  - say: hi\n    expect:\n      - agent_say: x", "a.yaml:4: An expectation has one of agent_says"),
        (
            "steps:\n  - sai: hi",
            "a.yaml:2: A step has one of say, wav, interrupt, dtmf, silence; this one has sai; did you mean `say`?",
        ),
        (
            "steps:\n  - say: hi\n    wav: x",
            "a.yaml:2: A step has exactly one of say, wav, interrupt, dtmf, silence; this one has say and wav.",
        ),
        ("steps: [hi]", 'a.yaml:1: A step is a mapping such as `say: hello`; this is "hi".'),
        ("steps:\n  - interrupt: x\n    after_ms: soon", 'a.yaml:3: `steps[1].after_ms` is "soon"; expected a valid number.'),
        ("steps:\n  - dtmf: 12x", 'a.yaml:2: `steps[1].dtmf` is "12x"; expected keys of a phone, 0-9 * # A-D.'),
        (
            "steps: [say: hi]\nhuman: asleep",
            "a.yaml:2: `human` is \"asleep\"; expected 'answer', 'busy', 'declined', 'no_answer', 'unreachable', "
            "'refuses' or 'leaves'.",
        ),
        ("steps: [say: hi]\nline: {a: b}", "a.yaml:2: `line` is a table; expected 'telephone' or 'wideband'."),
        (
            "steps:\n  - say: hi\n    expect:\n      - tool: x\n        argumnts: {}",
            "a.yaml:5: `steps[1].expect[1].argumnts` is not known here; did you mean `arguments`?",
        ),
        (
            "steps: [say: hi]\nexpect:\n  - barge_in: {stop: 3}",
            "a.yaml:3: `expect[1].barge_in.stop` is not known here; did you mean `stop_ms`?",
        ),
        (
            "steps: [say: hi]\nexpect:\n  - agent_says: x\n    with_ms: 3",
            "a.yaml:4: `expect[1].with_ms` is not known here; did you mean `within_ms`?",
        ),
        ("persona: {who: x}", "a.yaml:1: `persona.goal` is missing."),
        ("name: x", "a.yaml:1: a scenario has either steps, which say what the caller does, or a persona, who decides that."),
        (
            "caller: {from: me}\nsteps: [say: hi]",
            'a.yaml:1: `caller.from` is "me"; expected a number such as +14255550142, or a raw id.',
        ),
        ("steps:\n  - say:", "a.yaml:2: `steps[1].say` is empty; expected a valid string."),
    ],
)
def test_a_mistake_is_told_where_it_stands(written: Callable[..., Any], text: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        written(text)
    told = str(caught.value)
    assert sentence in told, told
    assert len(told.splitlines()) == 1
    assert caught.value.remedy == "docs/scenarios.md lists what a scenario may hold"


def test_many_mistakes_are_told_at_once_but_not_all(written: Callable[..., Any]) -> None:
    with pytest.raises(UserError) as caught:
        written("steps:\n" + "  - sai: hi\n" * 7)
    assert len(str(caught.value).splitlines()) == 6
    assert str(caught.value).endswith("and 2 more")
