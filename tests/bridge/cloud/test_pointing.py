"""Calls are announced where the bridge is: pointed there, pointed again when its address changes, and put back at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from voiceagent.cloud.pointing import Pointing, open_pointing, why_none
from voiceagent.errors import RemoteError


@asynccontextmanager
async def pointing(world: Any) -> AsyncIterator[Pointing]:
    found = await open_pointing(world.settings())
    assert found is not None
    yield found
    await found.close()


def targets(world: Any) -> dict[str, str]:
    return {one.name: one.endpoint.partition("?")[0] for one in world.acs.network.deliveries.subscriptions.values()}


async def test_both_subscriptions_move_to_a_new_address_and_back(world: Any, make_app: Any) -> None:
    await world.provision()
    before = targets(world)
    async with make_app() as other, pointing(world) as found:
        assert found.url == world.app.url
        await found.point(other.url)
        assert set(targets(world).values()) == {f"{other.url}/events"}
        changes = len(world.sent())
        await found.point(f"{other.url}/")
        assert len(world.sent()) == changes, "it is there already"
        async with httpx.AsyncClient() as http:
            (number,) = await world.numbers()
            await http.post(f"{world.acs.url}/emulator/calls", json={"to": number, "hang_up_after": False})
        assert (await other.events.get())["data"]["to"]["phoneNumber"]["value"] == number
        await found.restore()
        assert targets(world) == before
        await found.restore()


async def test_a_subscription_that_was_not_there_is_made_and_removed_again(world: Any) -> None:
    await world.provision(url="")
    async with pointing(world) as found:
        assert found.url == ""
        await found.point(world.app.url)
        assert targets(world) == {"voiceagent-incoming-call": f"{world.app.url}/events"}
        await found.restore()
    assert targets(world) == {}


async def test_an_address_that_does_not_consent_is_told_and_nothing_moves(world: Any) -> None:
    await world.provision()
    before = targets(world)
    async with pointing(world) as found:
        with pytest.raises(RemoteError, match="did not consent within 3 tries: nobody answers there"):
            await found.point("http://127.0.0.1:1")
        assert targets(world) == before


async def test_an_old_address_that_is_gone_is_told_and_the_new_one_stays(world: Any, make_app: Any) -> None:
    async with make_app() as first:
        await world.provision(url=first.url)
    async with pointing(world) as found:
        await found.point(world.app.url)
        with pytest.raises(RemoteError, match=r"which does not answer: it still points to"):
            await found.restore()
    assert set(targets(world).values()) == {f"{world.app.url}/events"}


async def test_where_there_is_nothing_to_point_the_reason_is_told(world: Any) -> None:
    assert await open_pointing(world.settings()) is None
    assert "no Communication Services resource" in why_none(world.settings())
    world.flags["cloud.make"] = ["number"]
    await world.provision()
    assert await open_pointing(world.settings()) is None
    assert "provision apply" in why_none(world.settings())
    world.flags["cloud.subscription_id"] = ""
    assert await open_pointing(world.settings()) is None
    assert "AZURE_SUBSCRIPTION_ID" in why_none(world.settings())


async def test_subscriptions_of_the_resource_itself_are_moved_too(make_world: Any, make_app: Any) -> None:
    async with make_world(**{"cloud.event_grid.at": "resource"}) as world, make_app() as other:
        await world.provision()
        assert not [one for one in world.things() if one.startswith("topic/")]
        async with pointing(world) as found:
            await found.point(other.url)
        assert set(targets(world).values()) == {f"{other.url}/events"}
