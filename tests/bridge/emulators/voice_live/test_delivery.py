from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.delivery import Delivery, Pace
from voiceagent.emulators.voice_live.source import Call, Emit, Piece, Sound, Words


async def pieces(*given: Piece, fault: Exception | None = None) -> AsyncGenerator[Piece, None]:
    for piece in given:
        yield piece
    if fault:
        raise fault


def asked(stage: Callable[..., Any]) -> Any:
    one = stage()
    one.client("response.create")
    return one


def delivery(one: Any) -> Delivery:
    return Delivery(one.state, one.take, one.requests[-1], delta_ms=250, interval_ms=0)


def sounds(one: Any) -> list[str]:
    return [event["delta"] for event in one.events if event["type"] == "response.audio.delta"]


async def test_sound_goes_out_in_deltas_of_one_length(stage: Callable[..., Any]) -> None:
    one = asked(stage)
    await delivery(one).run(pieces(Words("Hello."), Sound(bytes(10_000)), Sound(bytes(16_000))))
    assert [len(delta) * 3 // 4 for delta in sounds(one)] == [12_000, 12_000, 2_001]


async def test_the_next_sentence_begins_where_its_sound_does(stage: Callable[..., Any]) -> None:
    one = asked(stage)
    await delivery(one).run(pieces(Words("One."), Sound(bytes(48 * 300)), Words(" Two."), Sound(bytes(48 * 400))))
    item = one.state.exchange.conversation.items[-1]
    assert item.spoken.segments == [(0, "One."), (300, " Two.")]
    assert item.spoken.audio_ms == 700


async def test_sound_before_a_call_is_sent_before_it(stage: Callable[..., Any]) -> None:
    one = asked(stage)
    await delivery(one).run(pieces(Words("Moment."), Sound(bytes(4800)), Call("f", "{}")))
    types = [event["type"] for event in one.events]
    assert types.index("response.audio.delta") < types.index("response.function_call_arguments.done")


async def test_words_after_a_call_are_a_new_item(stage: Callable[..., Any]) -> None:
    one = asked(stage)
    await delivery(one).run(pieces(Words("A."), Sound(bytes(480)), Call("f", "{}"), Words("B."), Sound(bytes(960))))
    assert [item.kind for item in one.state.exchange.conversation.items] == ["message", "function_call", "message"]
    assert one.state.exchange.conversation.items[-1].spoken.segments == [(0, "B.")]


async def test_a_source_that_fails_is_heard_to_its_last_sound(stage: Callable[..., Any]) -> None:
    one = asked(stage)
    with pytest.raises(RuntimeError, match="chat is down"):
        await delivery(one).run(pieces(Words("Sorry."), Sound(bytes(4800)), fault=RuntimeError("chat is down")))
    assert len(sounds(one)) == 1


async def test_a_cancelled_delivery_closes_the_source(stage: Callable[..., Any]) -> None:
    closed = asyncio.Event()
    waiting = asyncio.Event()

    async def endless() -> AsyncGenerator[Piece, None]:
        try:
            yield Words("Once upon a time")
            waiting.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    one = asked(stage)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(delivery(one).run(endless()))
        await waiting.wait()
        task.cancel()
    assert closed.is_set()


async def test_the_first_delta_goes_at_once_and_the_next_is_due_later(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("voiceagent.emulators.voice_live.delivery.asyncio.sleep", sleep)
    pace = Pace(0.2)
    await pace.wait(250)
    assert waited == []
    await pace.wait(250)
    assert waited == [pytest.approx(0.05, abs=0.01)]


INTERIM = {"type": "static_interim_response", "texts": ["Let me look."], "triggers": ["latency", "tool"]}


def late(stage: Callable[..., Any], **config: Any) -> Any:
    one = stage(model="gpt-4o")
    one.update(interim_response={**INTERIM, **config})
    one.client("response.create")
    return one


async def said_meanwhile(one: Any, *given: Piece, wait: asyncio.Event | None = None) -> list[str]:
    """The types of all output events of a response whose answer waits for `wait`."""

    async def answer() -> AsyncGenerator[Piece, None]:
        if wait is not None:
            await wait.wait()
        for piece in given:
            yield piece

    def speak(request: Any) -> AsyncGenerator[Piece, None]:
        if wait is not None:
            wait.set()
        return pieces(Words(request.verbatim), Sound(bytes(9600)))

    before = len(one.events)
    async with asyncio.TaskGroup() as tasks:
        delivery = Delivery(
            one.state, one.take, one.requests[-1], delta_ms=250, interval_ms=0, begin=tasks.create_task, speak=speak
        )
        await delivery.run(answer())
    one.done()
    return [event["type"] for event in one.events[before:]]


async def test_an_answer_that_is_late_is_bridged(stage: Callable[..., Any]) -> None:
    one = late(stage, latency_threshold_ms=0)
    types = await said_meanwhile(one, Words("Here it is."), Sound(bytes(4800)), wait=asyncio.Event())
    assert types.count("response.output_item.added") == 2
    items = [event["item"]["id"] for event in one.events if event["type"] == "response.output_item.done"]
    assert items[0].startswith("interim_")
    done = one.last("response.done")["response"]
    assert [item["id"] for item in done["output"]] == items[1:]
    assert [item.words() for item in one.state.exchange.conversation.items] == ["Here it is."]


async def test_a_call_is_bridged_before_it_is_told(stage: Callable[..., Any]) -> None:
    one = late(stage, triggers=["tool"])
    types = await said_meanwhile(one, Call("f", "{}"))
    assert types.index("response.audio.delta") < types.index("response.function_call_arguments.delta")


async def test_an_answer_in_time_is_not_bridged(stage: Callable[..., Any]) -> None:
    one = late(stage, triggers=["latency"], latency_threshold_ms=60_000)
    types = await said_meanwhile(one, Words("Here it is."), Sound(bytes(4800)))
    assert types.count("response.output_item.added") == 1


async def test_words_that_cannot_be_said_in_the_meantime_are_left_out(stage: Callable[..., Any]) -> None:
    one = late(stage, triggers=["tool"])

    def speak(_: Any) -> AsyncGenerator[Piece, None]:
        return pieces(fault=RuntimeError("no voice"))

    await Delivery(one.state, one.take, one.requests[-1], delta_ms=250, interval_ms=0, speak=speak).run(pieces(Call("f", "{}")))
    assert one.done()[-1] == "response.done"


async def test_an_event_of_a_script_goes_out_with_its_place(stage: Callable[..., Any]) -> None:
    one = asked(stage)
    await delivery(one).run(pieces(Words("A."), Emit({"type": "response.web_search_call.searching"})))
    told = one.last("response.web_search_call.searching")
    assert told["item_id"] == one.state.exchange.conversation.items[-1].id
    assert (told["output_index"], told["sequence_number"]) == (0, 0)
