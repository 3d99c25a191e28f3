"""Event subscriptions by hand."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.event_desk import list_subscribed, point
from voiceagent.errors import RemoteError, UserError


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


async def test_pointing_tells_where_they_were(world: Any, make_app: Any) -> None:
    await world.provision()
    async with make_app() as other:
        async with world.site(url=other.url) as site:
            assert await point(site) == world.app.url
        world.reached = type(world.reached)("nobody answers there", "")
        async with world.site(url=world.app.url) as site:
            with pytest.raises(RemoteError, match="nobody answers there"):
                await point(site)


async def test_without_anything_to_point_it_says_what_to_do(world: Any) -> None:
    async with world.site() as site:
        with pytest.raises(UserError, match="no Communication Services resource is set"):
            await point(site)
