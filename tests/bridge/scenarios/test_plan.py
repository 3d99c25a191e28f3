"""A scenario as the phone's order."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voiceagent.audio.wav import write_wav
from voiceagent.emulators.acs.admin import read_order
from voiceagent.scenarios.plan import order_of, words_of

FULL = """
caller: { from: +14255550111, to: +14255550122, display_name: Ann }
line: wideband
noise_db: 20
loss_percent: 2
jitter_ms: 40
echo_db: 30
human: busy
ring_ms: 300
hang_up_after: false
steps:
  - say: Hello
  - wav: hello.wav
    after_ms: 300
  - interrupt: Stop
    after_ms: 900
  - dtmf: 42a#
  - silence: 1500
"""


def test_everything_reaches_the_phone_and_the_phone_takes_it(written: Callable[..., Any], project: Path) -> None:
    write_wav(project / "scenarios" / "hello.wav", bytes(480), 24_000)
    case = written(FULL)
    order = order_of(case)
    content = base64.b64encode((project / "scenarios" / "hello.wav").read_bytes()).decode()
    assert order == {
        "from": "+14255550111",
        "to": "+14255550122",
        "display_name": "Ann",
        "line": "wideband",
        "noise_db": 20,
        "loss_percent": 2,
        "jitter_ms": 40,
        "echo_db": 30,
        "human": "busy",
        "ring_ms": 300,
        "hang_up_after": False,
        "steps": [
            {"say": "Hello"},
            {"wav": content, "after_ms": 300},
            {"interrupt": "Stop", "after_ms": 900},
            {"dtmf": "42A#"},
            {"silence": 1500},
        ],
    }
    read_order(order)
    assert [words_of(step) for step in case.scenario.steps] == [
        "“Hello”",
        "hello.wav",
        "interrupting “Stop”",
        "keys 42a#",
        "1.5 s of silence",
    ]


def test_a_persona_begins_without_steps_and_hangs_up_herself(written: Callable[..., Any]) -> None:
    order = order_of(written("persona: { who: Ann, goal: an answer }"))
    assert (order["steps"], order["hang_up_after"]) == ([], False)


def test_what_goes_wrong_is_the_emulators_business(written: Callable[..., Any]) -> None:
    order = order_of(written("faults: [{ fault: engine.dropped, after: 5 }]\nsteps: [{ say: Hello }]"))
    assert order["faults"] == [{"fault": "engine.dropped", "after": 5}]
    assert "faults" not in order_of(written("steps: [{ say: Hello }]"))
