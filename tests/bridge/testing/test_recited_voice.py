"""The engine of a recited call, spoken to as a client would."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from voiceagent.testing.programme import Programme
from voiceagent.testing.recited_voice import RecitedVoice
from voiceagent.testing.virtual import run_virtually

PROGRAMME = Programme(agent_ms=200, thought_ms=100, interrupt_every=2, tool_every=2)


def heard(*rounds: tuple[int, bool]) -> list[str]:
    """The kinds of events that came while the caller spoke in these rounds; True: all of the answer is awaited."""
    told: list[dict[str, Any]] = []

    async def converse() -> None:
        voice = RecitedVoice(PROGRAMME)
        wire = await voice.dialled("", {}, lambda frame: told.append(json.loads(frame)), timeout=1, short_path=False)
        wire.send(b'{"type": "session.update", "session": {}}')
        wire.send(b"audio", droppable=True)
        await asyncio.sleep(0.05)
        for number, answered in rounds:
            voice.caller_began(number)
            voice.caller_ended(number)
            await asyncio.sleep(1 if answered else 0.14)

    run_virtually(converse())
    return [event["type"] for event in told]


def test_a_session_opens_and_is_changed() -> None:
    assert heard() == ["session.created", "session.updated"]


def test_a_turn_is_heard_taken_down_and_answered_with_all_of_the_sound() -> None:
    kinds = heard((0, True))
    assert kinds.index("input_audio_buffer.speech_started") < kinds.index("response.created")
    assert "conversation.item.input_audio_transcription.completed" in kinds
    assert kinds.count("response.audio.delta") == 2, "200 ms in deltas of 100"
    assert "response.done" in kinds


def test_who_is_interrupted_says_no_more() -> None:
    assert heard((0, False), (2, True)).count("response.audio.delta") == 3, "one of two, then both"


def test_a_tool_is_called_in_its_rounds() -> None:
    assert "response.function_call_arguments.done" in heard((1, True))


def test_interruptions_are_known_before() -> None:
    assert [RecitedVoice(PROGRAMME).interrupted_in(number) for number in range(4)] == [False, True, False, True]
