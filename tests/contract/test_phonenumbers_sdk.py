"""Azure's own phone number clients, unmodified, through every operation; each answer is what the specification says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import contracts
import pytest
from azure.communication.phonenumbers import (
    OperatorInformationOptions,
    PhoneNumberAssignmentType,
    PhoneNumberCapabilities,
    PhoneNumberCapabilityType,
    PhoneNumbersClient,
    PhoneNumberType,
)
from azure.communication.phonenumbers.aio import PhoneNumbersClient as AsyncClient
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk, SipTrunkRoute
from azure.communication.phonenumbers.siprouting.aio import SipRoutingClient as AsyncSipClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.routes import OPERATIONS

DATA = Path(__file__).parents[1] / "data" / "acs" / "phonenumbers-2025-06-01.derived.swagger.json"
SWAGGER: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
CALLING = PhoneNumberCapabilities(calling=PhoneNumberCapabilityType.INBOUND_OUTBOUND, sms=PhoneNumberCapabilityType.NONE)
QUICK = NumbersOptions(operation_seconds=0, seed=11)
ORDER = ("US", PhoneNumberType.TOLL_FREE, PhoneNumberAssignmentType.APPLICATION, CALLING)


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): described for path, methods in SWAGGER["paths"].items() for method, described in methods.items()
    }


def operation_of(method: str, path: str) -> tuple[str, str]:
    """The operation a request is for: the one with the most literal words that fits."""
    fitting = [
        key
        for key in operations()
        if key[0] == method and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(key[1])), path)
    ]
    return min(fitting, key=lambda key: key[1].count("{"))


class Watch:
    """Which operations were asked for. What crossed is looked at by `contracts`."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, response: Any) -> None:
        request = response.http_request
        self.seen.add(operation_of(request.method, re.sub(r"^https?://[^/]+|\?.*$", "", request.url)))


@asynccontextmanager
async def a_resource(numbers: NumbersOptions = QUICK) -> AsyncIterator[tuple[PhoneNumbersClient, AsyncClient, Watch]]:
    async with contracts.checked() as tap, AcsEmulator(options=NetworkOptions(seed=3), numbers=numbers, tap=tap) as emulator:
        watch, credential = Watch(), AzureKeyCredential(emulator.key)
        more: dict[str, Any] = {"polling_interval": 0, "raw_response_hook": watch, "retry_total": 0}
        async with AsyncClient(emulator.url, credential, **more) as aio:
            client = PhoneNumbersClient(emulator.url, credential, **more)
            yield client, aio, watch
            client._phone_number_client.close()


def buy_and_release(client: PhoneNumbersClient) -> list[str]:
    """The synchronous client's way through a number's life."""
    found = client.begin_search_available_phone_numbers(*ORDER, quantity=2, polling_interval=0).result()
    assert (found.error, found.cost.amount, found.cost.currency_code) == ("NoError", 2.0, "USD")
    assert client._phone_number_client.phone_numbers.get_search_result(found.search_id).search_id == found.search_id
    client.begin_purchase_phone_numbers(found.search_id, polling_interval=0).result()
    first, second = found.phone_numbers
    owned = [one.phone_number for one in client.list_purchased_phone_numbers()]
    assert owned == ["+14255550199", first, second]
    changed = client.begin_update_phone_number_capabilities(
        first, PhoneNumberCapabilityType.OUTBOUND, PhoneNumberCapabilityType.INBOUND, polling_interval=0
    ).result()
    assert (changed.capabilities.sms, changed.capabilities.calling) == ("outbound", "inbound")
    client.begin_release_phone_number(first, polling_interval=0).result()
    with pytest.raises(ResourceNotFoundError):
        client.get_purchased_phone_number(first)
    return [client.get_purchased_phone_number(second).id]


async def buy_and_release_meanwhile(client: AsyncClient) -> None:
    """The same with the asynchronous client."""
    search = await client.begin_search_available_phone_numbers(*ORDER, polling_interval=0)
    found = await search.result()
    (number,) = found.phone_numbers
    await (await client.begin_purchase_phone_numbers(found.search_id, polling_interval=0)).result()
    assert (await client.get_purchased_phone_number(number)).phone_number_type == "tollFree"
    changed = await client.begin_update_phone_number_capabilities(
        number, calling=PhoneNumberCapabilityType.INBOUND, polling_interval=0
    )
    assert (await changed.result()).capabilities.calling == "inbound"
    assert number in [one.phone_number async for one in client.list_purchased_phone_numbers()]
    await (await client.begin_release_phone_number(number, polling_interval=0)).result()


def look_around(client: PhoneNumbersClient) -> None:
    assert "DE" in [one.country_code for one in client.list_available_countries()]
    towns = list(client.list_available_localities("US", administrative_division="WA"))
    assert [one.localized_name for one in towns] == ["Seattle", "Redmond"]
    (offer,) = client.list_available_offerings("DE", phone_number_type="tollFree")
    assert (offer.cost.amount, offer.available_capabilities.calling) == (6.0, "inbound")
    codes = client.list_available_area_codes("US", "geographic", locality="Chicago", administrative_division="IL")
    assert [one.area_code for one in codes] == ["312", "872"]
    browsed = client.browse_available_phone_numbers(
        country_code="US", phone_number_type="geographic", assignment_type="application", phone_number_prefixes=["1425"]
    )
    assert all(one.phone_number.startswith("+1425555") for one in browsed.phone_numbers)
    plain = client.search_operator_information("+14255550123").values[0]
    told = client.search_operator_information(
        "+14255550123", options=OperatorInformationOptions(include_additional_operator_details=True)
    ).values[0]
    assert (plain.iso_country_code, told.iso_country_code, told.number_type) == (None, "US", "geographic")


async def look_around_meanwhile(client: AsyncClient) -> None:
    assert [one async for one in client.list_available_countries()]
    assert [one async for one in client.list_available_localities("GB")]
    assert [one async for one in client.list_available_offerings("GB")]
    assert [one async for one in client.list_available_area_codes("GB", "tollFree")]
    assert (await client.browse_available_phone_numbers(country_code="GB", phone_number_type="tollFree")).phone_numbers
    assert (await client.search_operator_information("+442079460000")).values


def reserve(client: PhoneNumbersClient) -> None:
    offers = client.browse_available_phone_numbers(country_code="US", phone_number_type="tollFree").phone_numbers
    first, second = str(uuid4()), str(uuid4())
    made = client.create_or_update_reservation(reservation_id=first, numbers_to_add=offers[:2])
    assert (made.status, {one.status for one in made.phone_numbers.values()}) == ("active", {"reserved"})
    assert list(client.create_or_update_reservation(reservation_id=first, numbers_to_remove=[offers[0].id]).phone_numbers) == [
        offers[1].id
    ]
    partly = client.create_or_update_reservation(reservation_id=second, numbers_to_add=offers[1:3])
    assert [partly.phone_numbers[one.id].status for one in offers[1:3]] == ["error", "reserved"]
    assert partly.phone_numbers[offers[1].id].error.code == "PhoneNumberNotAvailable"
    assert [one.id for one in client.list_reservations(max_page_size=1)] == [first, second]
    client.begin_purchase_reservation(first, polling_interval=0).result()
    assert client.get_reservation(first).status == "completed"
    assert client.get_purchased_phone_number(offers[1].phone_number)
    client.delete_reservation(second)
    with pytest.raises(ResourceNotFoundError):
        client.get_reservation(second)
    with pytest.raises(HttpResponseError) as refused:
        client.delete_reservation(first)
    assert refused.value.status_code == 409


async def reserve_meanwhile(client: AsyncClient) -> None:
    offers = (await client.browse_available_phone_numbers(country_code="CA", phone_number_type="geographic")).phone_numbers
    mine = str(uuid4())
    await client.create_or_update_reservation(reservation_id=mine, numbers_to_add=offers[:1])
    assert (await client.get_reservation(mine)).status == "active"
    await (await client.begin_purchase_reservation(mine, polling_interval=0)).result()
    assert mine in [one.id async for one in client.list_reservations()]
    other = str(uuid4())
    await client.create_or_update_reservation(reservation_id=other, numbers_to_add=offers[1:2])
    await client.delete_reservation(other)


async def test_every_operation_is_understood_by_both_clients(covered: Any) -> None:
    async with a_resource() as (client, aio, watch):
        await asyncio.to_thread(look_around, client)
        await asyncio.to_thread(buy_and_release, client)
        await asyncio.to_thread(reserve, client)
        await asyncio.to_thread(cancel, client)
        by_sync, watch.seen = watch.seen, set()
        await look_around_meanwhile(aio)
        await buy_and_release_meanwhile(aio)
        await reserve_meanwhile(aio)
        await cancel_meanwhile(aio)
    covered("azure-communication-phonenumbers, sync", by_sync, operations())
    covered("azure-communication-phonenumbers, aio", watch.seen, operations())


ROUTE = SipTrunkRoute(name="all", description="every number", number_pattern=".*", trunks=["one.example.com"])
TRUNKS = [SipTrunk(fqdn=f"{name}.example.com", sip_signaling_port=5061) for name in ("one", "two")]


def public(client: Any) -> set[str]:
    return {name for name in dir(client) if not name.startswith("_")} - {"close", "from_connection_string"}


async def test_direct_routing_is_kept_for_both_clients(covered: Any) -> None:
    async with contracts.checked() as tap, AcsEmulator(options=NetworkOptions(seed=3), tap=tap) as emulator:
        credential = AzureKeyCredential(emulator.key)
        async with AsyncSipClient(emulator.url, credential) as aio:
            client = SipRoutingClient(emulator.url, credential)
            covered("azure-communication-phonenumbers siprouting, sync", await asyncio.to_thread(route, client), public(client))
            covered("azure-communication-phonenumbers siprouting, aio", await route_meanwhile(aio), public(aio))
            with pytest.raises(HttpResponseError) as refused:
                await aio.delete_trunk("one.example.com")
            assert refused.value.status_code == 422
            client.close()


def route(client: SipRoutingClient) -> set[str]:
    client.set_trunks(TRUNKS)
    client.set_trunk(SipTrunk(fqdn="two.example.com", sip_signaling_port=5062))
    client.set_routes([ROUTE])
    assert [one.fqdn for one in client.list_trunks()] == ["one.example.com", "two.example.com"]
    assert [one.name for one in client.list_routes()] == ["all"]
    assert client.get_trunk("two.example.com").sip_signaling_port == 5062
    client.delete_trunk("two.example.com")
    with pytest.raises(KeyError):
        client.get_trunk("two.example.com")
    return {"set_trunks", "set_trunk", "set_routes", "list_trunks", "list_routes", "get_trunk", "delete_trunk"}


async def route_meanwhile(client: AsyncSipClient) -> set[str]:
    await client.set_trunks(TRUNKS)
    await client.set_trunk(TRUNKS[1])
    await client.set_routes([ROUTE])
    assert [one.fqdn async for one in client.list_trunks()] == ["one.example.com", "two.example.com"]
    assert [one.name async for one in client.list_routes()] == ["all"]
    assert (await client.get_trunk("two.example.com")).sip_signaling_port == 5061
    await client.delete_trunk("two.example.com")
    return {"set_trunks", "set_trunk", "set_routes", "list_trunks", "list_routes", "get_trunk", "delete_trunk"}


def cancel(client: PhoneNumbersClient) -> None:
    inner = client._phone_number_client.phone_numbers
    begun = client.begin_search_available_phone_numbers(*ORDER, polling_interval=0)
    begun.result()
    operation_id = begun.polling_method()._initial_response.http_response.headers["operation-id"]
    inner.cancel_operation(operation_id)
    assert inner.get_operation(operation_id).status == "succeeded"


async def cancel_meanwhile(client: AsyncClient) -> None:
    inner = client._phone_number_client.phone_numbers
    begun = await client.begin_search_available_phone_numbers(*ORDER, polling_interval=0)
    await begun.result()
    operation_id = begun.polling_method()._initial_response.http_response.headers["operation-id"]
    await inner.cancel_operation(operation_id)
    assert (await inner.get_operation(operation_id)).status == "succeeded"


async def test_a_search_that_finds_nothing_fails_as_an_operation() -> None:
    async with a_resource(NumbersOptions(operation_seconds=0, out_of_stock=frozenset({"833", "844", "855"}))) as (_, aio, _):
        begun = await aio.begin_search_available_phone_numbers(*ORDER, polling_interval=0)
        with pytest.raises(HttpResponseError) as failed:
            await begun.result()
        assert (failed.value.error.code, failed.value.status_code) == ("OutOfStock", 200)


async def test_a_refusal_reads_as_one() -> None:
    async with a_resource() as (_, aio, _):
        with pytest.raises(HttpResponseError) as unknown:
            await aio.begin_search_available_phone_numbers("XX", *ORDER[1:])
        assert (unknown.value.status_code, unknown.value.error.code) == (400, "BadRequest")
        with pytest.raises(ResourceNotFoundError):
            await aio.begin_purchase_phone_numbers(str(uuid4()))
        with pytest.raises(HttpResponseError, match="no such offering"):
            await aio.begin_search_available_phone_numbers("DE", "tollFree", "person", CALLING)


async def test_without_the_right_key_there_is_no_answer() -> None:
    async with AcsEmulator() as emulator, AsyncClient(emulator.url, AzureKeyCredential("d3Jvbmc=")) as stranger:
        with pytest.raises(ClientAuthenticationError):
            await stranger.get_purchased_phone_number("+14255550199")


def test_the_emulator_has_a_route_for_each_operation() -> None:
    ours = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path, _ in OPERATIONS}
    assert ours == {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in operations()}
