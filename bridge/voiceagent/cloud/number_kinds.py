"""The number as a resource: found among those that are owned, searched for, bought once, released."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from voiceagent.cloud.azure import Azure
from voiceagent.cloud.eligibility import told
from voiceagent.cloud.resource import Resource
from voiceagent.config.cloud import NumberSection
from voiceagent.errors import RemoteError

Body = Mapping[str, Any]

LOOKS = 15
"""How often it is looked whether a number that was bought is listed, two seconds apart. Usually it is at once."""


async def owned(azure: Azure) -> list[Any]:
    """The numbers of the resource."""

    async def listing() -> list[Any]:
        return [one async for one in azure.numbers.list_purchased_phone_numbers()]

    return await azure.asked(listing(), "list the phone numbers")


def suits(number: Any, wish: NumberSection) -> bool:
    """Whether a number that is owned is one that is wanted."""
    return (
        number.country_code == wish.country
        and number.phone_number_type == wish.type
        and number.assignment_type == "application"
        and _gives(number.capabilities.calling, wish.calling)
        and _gives(number.capabilities.sms, wish.sms)
        and (not wish.area_code or wish.area_code in str(number.phone_number)[1:8])
    )


def _gives(has: str, wanted: str) -> bool:
    return wanted == "none" or has in ("inbound+outbound", wanted)


async def find_number(azure: Azure, at: Resource) -> Body | None:
    """The one we began to buy, else any that suits: what is owned is never bought again."""
    if not azure.acs_endpoint:
        return None
    exactly, ours, wish = at.at.get("exactly"), at.at.get("bought"), azure.settings.cloud.number
    numbers = await owned(azure)
    if exactly:
        found = next((one for one in numbers if one.phone_number == exactly), None)
    else:
        suiting = [one for one in numbers if suits(one, wish)]
        found = next((one for one in numbers if one.phone_number == ours), None) or next(iter(suiting), None)
    return None if found is None else {"number.number": found.phone_number}


async def find_search(_: Azure, at: Resource) -> Body | None:
    """What the journal knows of a search that still holds its number."""
    return {name: value for name, value in at.at.items() if name.startswith("search.")} or None


async def search(azure: Azure, at: Resource, _: bool) -> Body:
    """One of five a week."""
    from azure.communication.phonenumbers import PhoneNumberCapabilities

    body = at.body
    capabilities = PhoneNumberCapabilities(calling=body["capabilities"]["calling"], sms=body["capabilities"]["sms"])
    more = {"area_code": body["areaCode"]} if "areaCode" in body else {}

    async def run() -> Any:
        poller = await azure.numbers.begin_search_available_phone_numbers(
            at.at["country"],
            body["phoneNumberType"],
            body["assignmentType"],
            capabilities,
            quantity=body["quantity"],
            polling_interval=azure.poll_seconds,
            retry_total=0,
            **more,
        )
        return await poller.result()

    found = await told(azure.asked(run(), f"search for a number ({at.name})"))
    return {
        "search.id": found.search_id,
        "search.number": found.phone_numbers[0],
        "search.expires": str(found.search_expires_by.timestamp()),
        "search.amount": str(found.cost.amount),
        "search.currency": found.cost.currency_code,
        "search.no_resale": "true" if found.is_agreement_to_not_resell_required else "",
    }


async def buy(azure: Azure, at: Resource, _: bool) -> Body:
    """Never retried by the client: a purchase whose answer was lost is looked for among the numbers instead."""

    async def run() -> None:
        poller = await azure.numbers.begin_purchase_phone_numbers(
            at.body["searchId"],
            agree_to_not_resell=at.body["agreeToNotResell"],
            polling_interval=azure.poll_seconds,
            retry_total=0,
        )
        await poller.result()

    await told(azure.asked(run(), f"buy the number ({at.name})"))
    return await appeared(azure, at)


async def appeared(azure: Azure, at: Resource) -> Body:
    """Wait until the number that was bought is listed."""
    if (found := await awaited(azure, at)) is None:
        raise RemoteError(
            "the number was bought, but is not listed yet",
            service="Azure Communication Services",
            remedy="run `voiceagent provision apply` again in a minute; it is not bought twice",
        )
    return found


async def awaited(azure: Azure, at: Resource) -> Body | None:
    """The number as soon as it is listed; None when it is not for as long as a purchase takes."""
    for _ in range(LOOKS):
        if (found := await find_number(azure, at)) is not None:
            return found
        await asyncio.sleep(azure.poll_seconds)
    return None


async def release(azure: Azure, at: Resource) -> None:
    """Give the number back, and wait until it is gone: it may never be had again. Raises RemoteError."""

    async def run() -> None:
        poller = await azure.numbers.begin_release_phone_number(
            at.gives["number.number"], polling_interval=azure.poll_seconds, retry_total=0
        )
        await poller.result()

    await azure.asked(run(), "release the number")
