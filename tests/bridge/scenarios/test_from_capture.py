"""A captured call made into a scenario, which the loader takes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.wav import read_wav
from voiceagent.call import commands as notes
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.write import CaptureWriter
from voiceagent.discreet import Words
from voiceagent.errors import UserError
from voiceagent.scenarios.from_capture import to_scenario
from voiceagent.scenarios.load import load

FRAME = 24_000 * 2 // 50


def audio(at: int) -> bytes:
    """A frame whose samples tell when it was: its number."""
    payload = b64encode(at.to_bytes(2, "little") * (FRAME // 2)).decode()
    about = {"timestamp": "2026-11-22T05:00:00Z", "participantRawID": None, "data": payload, "silent": False}
    return json.dumps({"kind": "AudioData", "audioData": about}).encode()


METADATA = json.dumps(
    {
        "kind": "AudioMetadata",
        "audioMetadata": {"subscriptionId": "s", "encoding": "PCM", "sampleRate": 24000, "channels": 1, "length": 640},
    }
).encode()


def agent(text: str, start: float, end: float, *, interrupted: bool = False) -> notes.AgentTurnNoted:
    return notes.AgentTurnNoted("i", Words(text), start, end, interrupted, end - start, None)


def caller(text: str, start: float, end: float) -> notes.CallerTurnNoted:
    return notes.CallerTurnNoted("i", Words(text), start, end)


CALL: list[tuple[float, notes.Note]] = [
    (1_500, agent("Hello.", 200, 1_500)),
    (4_000, caller("Where is 4271?", 2_300, 3_900)),
    (4_700, notes.ToolNoted("lookup_order", Words('{"order_id": "4271"}'), Words('{"status": "ok"}'), "ok", 3)),
    (6_450, agent("It is on", 4_950, 6_450, interrupted=True)),
    (7_000, caller("A person, please.", 6_250, 7_000)),
    (9_000, agent("One moment.", 7_900, 9_000)),
    (14_000, notes.KeyNoted(Words("4"))),
    (14_400, notes.KeyNoted(Words("2"))),
    (15_000, notes.TransferNoted("support", "busy", 400)),
    (16_000, notes.CallEndedNoted("completed", "caller_left", 1, 1, 0)),
]


@pytest.fixture
def captured(tmp_path: Path) -> Callable[..., CaptureReader]:
    def capture(policy: Any, *, sound: bool = True, call: Any = CALL) -> CaptureReader:
        with CaptureWriter(tmp_path / "captures", policy=policy, engine="embedded", key=b"k" * 32) as captures:
            captures.frame("c1", 0, "media", "in", METADATA)
            for number in range(500 if sound else 0):
                captures.frame("c1", 100 + 20 * number, "media", "in", audio(number))
            for at, note in call:
                captures.note("c1", at, note)
            path = captures.path("c1")
        assert path is not None
        return CaptureReader(path)

    return capture


def test_known_words_are_said_again(captured: Callable[..., CaptureReader], project: Path) -> None:
    target = project / "scenarios" / "that.yaml"
    made = to_scenario(captured("full"), target)
    assert (made.recordings, made.steps) == ((), 4)
    scenario = load(target).scenario.model_dump(exclude_defaults=True, by_alias=True)
    assert scenario["human"] == "busy"
    assert [{key: value for key, value in step.items() if key != "expect"} for step in scenario["steps"]] == [
        {"say": "Where is 4271?"},
        {"interrupt": "A person, please.", "after_ms": 1300},
        {"silence": 4300},
        {"dtmf": "42"},
    ]
    assert [step.get("expect") for step in scenario["steps"]] == [
        [{"tool": "lookup_order", "arguments": {"order_id": "4271"}}],
        [{"agent_says": {"containing": "One moment."}}, {"barge_in": {"stop_ms": 1000}}],
        None,
        None,
    ]
    assert scenario["expect"] == [
        {"transfer": {"target": "support", "outcome": "busy"}},
        {"call_ended": {"outcome": "completed"}},
    ]


@pytest.mark.parametrize(
    ("transfer", "human", "expected"),
    [
        (notes.TransferNoted("support", "connected", 400), "answer", "connected"),
        (notes.TransferNoted("support", "failed", 400, "join", "human_left"), "leaves", "failed"),
        (notes.TransferNoted("support", "failed", 400, "join", "8543"), "unreachable", "failed"),
        (notes.TransferNoted("support", "declined", 400, "consult"), "refuses", "declined"),
        (notes.TransferNoted("support", "cancelled", 400), "no_answer", None),
    ],
)
def test_a_human_does_again_what_they_did_and_no_scenario_is_written_that_would_be_refused(
    captured: Callable[..., CaptureReader], project: Path, transfer: notes.Note, human: str, expected: str | None
) -> None:
    target = project / "scenarios" / "that.yaml"
    to_scenario(captured("full", call=[*CALL[:-2], (15_000, transfer), CALL[-1]]), target)
    scenario = load(target).scenario.model_dump(exclude_defaults=True)
    outcomes = [one["transfer"]["outcome"] for one in scenario["expect"] if "transfer" in one]
    assert (scenario.get("human", "answer"), outcomes) == (human, [expected] if expected else [])


def test_hidden_words_are_played_in_the_callers_own_voice(captured: Callable[..., CaptureReader], project: Path) -> None:
    target = project / "scenarios" / "that.yaml"
    made = to_scenario(captured("redacted"), target)
    assert [path.name for path in made.recordings] == ["that-1.wav", "that-2.wav"]
    steps = load(target).scenario.steps
    assert [getattr(step, "wav", None) for step in steps] == ["that-1.wav", "that-2.wav", None, None]
    assert getattr(steps[1], "after_ms", None) == 1300
    assert [one.model_dump(exclude_defaults=True) for one in steps[0].expect] == [{"tool": "lookup_order"}]
    pcm, rate = read_wav(made.recordings[0])
    first, last = int.from_bytes(pcm[:2], "little"), int.from_bytes(pcm[-2:], "little")
    # from 2300 - 200 to 3900 + 200 ms, where frame 0 arrived at 100 ms
    assert (rate, first, last) == (24_000, 100, 199)
    assert "4271" not in target.read_text()


def test_the_own_voice_may_be_wanted_where_the_words_are_known(captured: Callable[..., CaptureReader], project: Path) -> None:
    assert len(to_scenario(captured("full"), project / "scenarios" / "that.yaml", voice=True).recordings) == 2


@pytest.mark.parametrize(
    ("policy", "more", "sentence"),
    [
        ("redacted", {"sound": False}, "neither the caller's words nor audio"),
        ("full", {"call": [(1, agent("Hello.", 0, 1))]}, "the caller neither spoke nor pressed a key"),
    ],
)
def test_a_capture_without_a_caller_is_no_scenario(
    captured: Callable[..., CaptureReader], project: Path, policy: str, more: Any, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        to_scenario(captured(policy, **more), project / "scenarios" / "that.yaml")
    assert list((project / "scenarios").iterdir()) == []


def test_nothing_is_written_over(captured: Callable[..., CaptureReader], project: Path) -> None:
    target = project / "scenarios" / "that.yaml"
    target.write_text("mine")
    with pytest.raises(UserError, match="exists"):
        to_scenario(captured("full"), target)
    assert target.read_text() == "mine"
