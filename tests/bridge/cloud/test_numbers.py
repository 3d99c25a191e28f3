"""Numbers by hand: the same steps as a plan's, with the same journal."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud import numbers
from voiceagent.cloud.make import make_plan
from voiceagent.emulators.numbers import catalog
from voiceagent.errors import UserError


async def test_what_is_held_by_hand_is_bought_by_a_plan(world: Any) -> None:
    await world.provision(url="")
    async with world.site(url="") as site:
        (owned,) = await numbers.list_owned(site)
        assert owned.is_ours
        await numbers.release(site, owned.number)
        held = await numbers.search(site)
        assert numbers.held(site) == held
    settings = (world.project / ".env").read_text().replace(f"ACS_SOURCE_PHONE_NUMBER={owned.number}\n", "")
    (world.project / ".env").write_text(settings)
    async with world.site(url="") as site:
        plan = (await make_plan(site)).plan
        assert [step.action for step in plan.steps if step.resource.kind in ("search", "number")] == ["keep", "create"]
        assert await numbers.buy(site, held) == held.number
        assert numbers.held(site) is None
    assert await world.numbers() == [held.number]


async def test_the_dearer_price_of_a_later_search_is_not_paid(world: Any) -> None:
    from dataclasses import replace

    await world.provision(url="")
    async with world.site(url="") as site:
        held = await numbers.search(site)
        cheap = replace(held, cost=replace(held.cost, amount=0.5))
        with pytest.raises(UserError, match=r"costs 1\.00 USD"):
            await numbers.buy(site, cheap)


async def test_offers_are_sorted_and_none_is_told(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    await world.provision(url="")
    monkeypatch.setitem(catalog.COUNTRIES, "IE", replace(catalog.COUNTRIES["IE"], offerings=()))
    async with world.site(url="") as site:
        sold = await numbers.offers(site.azure, "US")
        assert [one.type for one in sold if one.assignment == "application"] == ["geographic", "tollFree"]
        assert sold[0].facts()["cost"]["per_minute"]["inbound"] == 0.0085
        with pytest.raises(UserError, match="on paper"):
            await numbers.offers(site.azure, "IE")
        (number,) = await world.numbers()
        assert await numbers.change(site.azure, number, calling="inbound", sms=None) == ("inbound", "none")


async def test_a_resource_named_by_its_id_is_asked(world: Any) -> None:
    await world.provision(url="")
    given = world.acs.network.topic
    (world.project / ".env").unlink()
    async with world.site(url="") as site:
        with pytest.raises(UserError, match="No Communication Services resource is known"):
            await numbers.list_owned(site)
    world.flags["cloud.acs_resource_id"] = given
    async with world.site(url="") as site:
        assert len(await numbers.list_owned(site)) == 1
