"""What is ordered of a call: say, and tell what came of it; stop, and tell how it went."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.call.commands import AgentTurnNoted, KeyNoted
from voiceagent.discreet import Words
from voiceagent.errors import UserError
from voiceagent.local.orders import Orders
from voiceagent.observe.feed import Feed
from voiceagent.testing.speech import ToneVoice

ANSWER = AgentTurnNoted("i1", Words("Yes."), 1, 2, False, 1, 3)


class Talk:
    """A call in which every turn is answered at once."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.written: list[str] = []
        self.hung_up = False
        self.open = True
        self.runner = SimpleNamespace(end=None)

    async def callers_turn(self) -> bool:
        return self.open

    async def answered(self, within_seconds: float) -> bool:
        self.feed.note("c1", 2, KeyNoted(Words("1")))
        self.feed.note("c1", 2, ANSWER)
        return True

    def write(self, text: str) -> None:
        self.written.append(text)

    def hang_up(self) -> None:
        self.hung_up = True


class Leg:
    sample_rate = 24_000

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def say(self, pcm: bytes) -> asyncio.Event:
        self.said.append(pcm)
        done = asyncio.Event()
        done.set()
        return done


def held(leg: Leg | None = None) -> Any:
    feed = Feed()
    return SimpleNamespace(talk=Talk(feed), leg=leg, feed=feed)


async def test_what_is_said_in_writing_is_answered() -> None:
    call = held()
    answer = await Orders(call).carry_out({"do": "say", "text": " Are you there? "})
    assert call.talk.written == ["Are you there?"]
    assert (answer["over"], [note["text"] for note in answer["notes"]]) == (False, ["Yes."])


async def test_in_a_call_with_sound_it_is_spoken_unless_asked_otherwise() -> None:
    call, voice = held(Leg()), ToneVoice()
    orders = Orders(call, voice=voice)
    await orders.carry_out({"do": "say", "text": "Hello."})
    await orders.carry_out({"do": "say", "text": "Hidden.", "in_writing": True})
    assert (voice.spoken, len(call.leg.said), call.talk.written) == (["Hello."], 1, ["Hidden."])


async def test_a_call_that_is_over_is_told() -> None:
    call = held()
    call.talk.open, call.talk.runner.end = False, "over"
    assert await Orders(call).carry_out({"do": "say", "text": "Hello."}) == {"over": True, "notes": []}
    assert call.talk.written == []


async def test_stopping_hangs_up_and_tells_how_it_went() -> None:
    call = held()
    orders = Orders(call)
    orders.report.set_result({"outcome": "completed"})
    assert await orders.carry_out({"do": "stop"}) == {"over": True, "report": {"outcome": "completed"}}
    assert call.talk.hung_up


@pytest.mark.parametrize("order", [{}, {"do": "dance"}, {"do": "say"}, {"do": "say", "text": "  "}, {"do": "say", "text": 1}])
async def test_an_order_that_makes_no_sense_is_refused(order: Any) -> None:
    with pytest.raises(UserError, match="nothing to say"):
        await Orders(held()).carry_out(order)
