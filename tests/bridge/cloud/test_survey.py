"""What is asked before anything can be wanted."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud import survey
from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.resource import Resource
from voiceagent.errors import UserError


async def test_the_token_tells_who_is_signed_in(world: Any) -> None:
    async with world.site() as site:
        assert await survey.runner(site.azure) == ("11111111-1111-4111-8111-111111111111", "User")
    async with open_azure(world.settings()) as azure:
        assert await survey.runner(azure) == ("", ""), "the emulators' own token is opaque"


async def test_a_resource_is_found_by_its_connection_string(world: Any) -> None:
    async with world.site() as site:
        assert await survey.given_acs(site.azure) == ""
    await world.provision()
    async with world.site() as site:
        assert await survey.given_acs(site.azure) == world.acs.network.topic
    world.flags["acs.connection_string"] = "endpoint=https://other.communication.azure.com;accesskey=a2V5"
    async with world.site() as site:
        with pytest.raises(UserError, match="is not in the subscription") as refused:
            await survey.given_acs(site.azure)
    assert str(refused.value).startswith("ACS_CONNECTION_STRING names the resource at other.communication.azure.com")
    assert refused.value.remedy.startswith("set AZURE_SUBSCRIPTION_ID to the one it is in (`az account list`")
    world.flags["cloud.acs_resource_id"] = world.acs.network.topic[:-1] + "a"
    async with world.site() as site:
        assert await survey.given_acs(site.azure) == world.acs.network.topic[:-1] + "a"


async def test_a_resource_that_settings_name_must_be_there(world: Any) -> None:
    given = Resource("acs", "a", {"group": "g", "name": "a"}, is_given=True)
    async with world.site() as site:
        with pytest.raises(UserError, match="named in the settings, is not there"):
            await survey.survey(site.azure, [given], project=world.project)


async def test_what_depends_on_something_that_is_not_there_is_not_asked_for(world: Any) -> None:
    async with world.site() as site:
        found = await survey.survey(
            site.azure, [Resource("topic", "t", {"source": "{acs.id}"})], project=world.project, known={"a.b": "c"}
        )
    assert (found.found, found.known) == ({}, {"a.b": "c"})
    assert not [one for one in world.crossed if "systemTopics" in getattr(one, "target", "")]


async def test_a_price_is_the_services_own_once_it_can_be_asked(world: Any) -> None:
    async with world.site() as site:
        assert await survey.price(site.azure) is None
        site.azure.use_acs(world.acs.connection_string)
        price = await survey.price(site.azure)
        assert price is not None
        assert (price.amount, price.is_list_price) == (1.0, False)
        assert {one.phone_number_type for one in await survey.offerings(site.azure, "US")} == {"geographic", "tollFree"}
