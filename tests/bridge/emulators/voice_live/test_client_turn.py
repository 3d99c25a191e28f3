from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.steps import ForgetBuffer, Listen, TakeBuffer

Stages = Callable[..., Any]


def append(one: Any, turn_id: str, ms: float = 500.0) -> None:
    one.state.may_append({"type": "input_audio.turn.append", "turn_id": turn_id})
    one.state.appended(ms)


def test_a_turn_of_the_clients_becomes_an_item(stage: Stages) -> None:
    one = stage()
    one.client("input_audio.turn.start", turn_id="t1")
    assert one.steps[-1] == Listen(one.state.listening.__class__(24000, None))
    append(one, "t1")
    one.client("input_audio.turn.end", turn_id="t1")
    assert one.steps[-2:] == [TakeBuffer(), Listen(one.state.listening)]


def test_a_turn_can_be_given_up(stage: Stages) -> None:
    for event in ({"kind": "input_audio.turn.cancel", "turn_id": "t1"}, {"kind": "input_audio.clear"}):
        one = stage()
        one.client("input_audio.turn.start", turn_id="t1")
        append(one, "t1")
        assert one.client(event.pop("kind"), **event) == ["input_audio_buffer.cleared"]
        assert ForgetBuffer() in one.steps
        assert one.steps[-1] == Listen(one.state.listening)


def test_turns_are_told_apart(stage: Stages) -> None:
    one = stage()
    with pytest.raises(Refusal, match="no open turn"):
        append(one, "t1")
    one.client("input_audio.turn.start", turn_id="t1")
    assert one.client("input_audio.turn.start", turn_id="t2") == ["error"]
    assert one.client("input_audio.turn.end", turn_id="t2") == ["error"]
    assert one.client("input_audio.turn.end", turn_id="t1") == ["error"], "nothing was appended"
