"""Watching without being in the way."""

from __future__ import annotations

import asyncio
import inspect
import json

from voiceagent.call import commands
from voiceagent.call.commands import CallBeganNoted, CallerTurnNoted, KeyNoted, Note, PhaseNoted, UsageNoted
from voiceagent.discreet import PhoneNumber, Words
from voiceagent.observe.feed import Feed, Item, note_item


async def drained(feed: Feed, *, recent: bool = False, publish: int = 0) -> list[Item]:
    with feed.subscribe(recent=recent) as subscription:
        for number in range(publish):
            feed.publish({"n": number})
        feed.close()
        return [item async for item in subscription]


async def test_every_watcher_gets_everything_in_order() -> None:
    feed = Feed()
    seen: list[list[Item]] = []

    async def watch(began: asyncio.Event) -> None:
        with feed.subscribe() as subscription:
            began.set()
            seen.append([item async for item in subscription])

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            began = asyncio.Event()
            group.create_task(watch(began))
            await began.wait()
        for number in range(3):
            feed.publish({"n": number})
            await asyncio.sleep(0)
        feed.close()
    assert seen == [[{"n": 0}, {"n": 1}, {"n": 2}]] * 2


async def test_a_slow_watcher_loses_the_oldest_counted() -> None:
    feed = Feed(bound=3)
    with feed.subscribe() as subscription:
        for number in range(5):
            feed.publish({"n": number})
        feed.close()
        assert [item["n"] async for item in subscription] == [2, 3, 4]
        assert subscription.dropped == 2


async def test_a_late_watcher_may_begin_with_the_latest() -> None:
    feed = Feed(recent=2)
    for number in range(5):
        feed.publish({"n": number})
    assert [item["n"] for item in await drained(feed, recent=True)] == [3, 4]


async def test_who_left_is_forgotten_and_a_closed_feed_ends_at_once() -> None:
    feed = Feed()
    await drained(feed)
    assert not feed._subscriptions
    assert await drained(feed) == []


def test_a_note_is_json_with_its_words_and_without_numbers() -> None:
    began = note_item(
        "c1", 1.23456, CallBeganNoted("orders", "embedded", "c", PhoneNumber("+14255550123"), PhoneNumber(""), 0.5)
    )
    assert (began["note"], began["at_ms"], began["caller"]) == ("CallBeganNoted", 1.235, "…23")
    turn = note_item("c1", 1, CallerTurnNoted("u", Words("Where is it?"), 0, 1))
    assert json.loads(json.dumps(turn))["text"] == "Where is it?"
    assert note_item("c1", 1, UsageNoted({"input": 1}))["usage"] == {"input": 1}
    assert note_item("c1", 1, KeyNoted(Words("5")))["key"] == "5"


def test_every_kind_of_note_can_be_told() -> None:
    kinds = [kind for _, kind in inspect.getmembers(commands, inspect.isclass) if issubclass(kind, Note) and kind is not Note]
    assert len(kinds) > 10
    for kind in kinds:
        values = [PhoneNumber("+14255550123")] * len(inspect.signature(kind).parameters)
        assert "4255550123" not in json.dumps(note_item("c1", 0, kind(*values)))


def test_a_note_goes_to_the_feed() -> None:
    feed = Feed()
    feed.note("c1", 0, PhaseNoted("answered"))
    assert [item["phase"] for item in feed._recent] == ["answered"]
