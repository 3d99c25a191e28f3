"""The event subscriptions there are, and which get in each other's way."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.subscribed import Subscribed, list_subscribed, rivals
from voiceagent.errors import UserError


async def test_ours_on_the_topic_are_listed_with_whose_calls_and_where_to(world: Any) -> None:
    async with world.site() as site:
        with pytest.raises(UserError, match="nothing to subscribe to"):
            await list_subscribed(site.azure)
    await world.provision()
    async with world.site() as site:
        calls, recordings = await list_subscribed(site.azure)
    assert calls.facts() == {
        "name": "voiceagent-incoming-call",
        "state": "Succeeded",
        "events": ["IncomingCall"],
        "numbers": await world.numbers(),
        "to": f"{world.app.url}/events",
        "topic": "voiceagent-calls",
        "made_by_us": True,
    }
    assert (recordings.types, recordings.numbers) == (("RecordingFileStatusUpdated",), ())


async def test_others_of_the_resource_itself_are_listed_too(make_world: Any) -> None:
    async with make_world(**{"cloud.event_grid.at": "resource"}) as world:
        await world.provision()
        async with world.site() as site:
            assert [one.topic for one in await list_subscribed(site.azure)] == ["", ""]


def other(*numbers: str, name: str = "theirs", types: tuple[str, ...] = ("IncomingCall",)) -> Subscribed:
    return Subscribed(name, "Succeeded", types, numbers, "https://theirs.example/events", "", "", False)


def test_another_that_announces_our_calls_is_told() -> None:
    assert rivals([other("+1")], "ours", "+1") == [
        "The event subscription theirs announces the calls of +1 too, to https://theirs.example/events: "
        "a call is then answered by whoever is quicker."
    ]
    assert len(rivals([other(), other(types=("All",))], "ours", "+1")) == 2
    assert rivals([other("+2"), other("+1", name="ours"), other(types=("CallEnded",))], "ours", "+1") == []


async def test_a_plan_tells_of_it(world: Any) -> None:
    await world.provision()
    (ours, *_) = world.arm.desk.resources.subscriptions.values()
    from dataclasses import replace

    theirs = replace(ours, name="theirs", resource_id=f"{ours.scope}/providers/Microsoft.EventGrid/eventSubscriptions/theirs")
    world.arm.desk.resources.subscriptions[theirs.resource_id.lower()] = theirs
    planned = await world.provision()
    assert [note for note in planned.plan.notes if "theirs announces" in note]
