"""Numbers by hand: what is offered at which price, searched for, bought, changed, released.

A search and a purchase are the steps that a plan has, with the same journal: what was searched here, `apply` buys, and what
was bought here, it finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from voiceagent.cloud import survey
from voiceagent.cloud.azure import Azure
from voiceagent.cloud.eligibility import nothing_offered, told
from voiceagent.cloud.make import Site, carry_out
from voiceagent.cloud.number_kinds import owned
from voiceagent.cloud.plan import Step
from voiceagent.cloud.prices import minutes
from voiceagent.cloud.resource import Cost, Resource, filled
from voiceagent.cloud.wanted import number_wanted
from voiceagent.errors import UserError


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of number that is sold in a country."""

    type: str
    assignment: str
    calling: str
    sms: str
    cost: Cost

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it."""
        capabilities = {"calling": self.calling, "sms": self.sms}
        return {"type": self.type, "assignment": self.assignment, "capabilities": capabilities, "cost": self.cost.facts()}


@dataclass(frozen=True, slots=True)
class Owned:
    """A number of the resource."""

    number: str
    country: str
    type: str
    calling: str
    sms: str
    cost: Cost | None
    is_ours: bool
    """Whether `provision` bought it, so that `destroy` releases it."""

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "number": self.number,
            "country": self.country,
            "type": self.type,
            "capabilities": {"calling": self.calling, "sms": self.sms},
            "cost": None if self.cost is None else self.cost.facts(),
            "made_by_us": self.is_ours,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """A number that a search found, held for us until `expires` (seconds since 1970)."""

    number: str
    cost: Cost
    expires: float

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it; `expires_at` in seconds since 1970."""
        return {"number": self.number, "cost": self.cost.facts(), "expires_at": self.expires}


async def offers(azure: Azure, country: str) -> list[Offer]:
    """What is sold there, for applications first. UserError when nothing is."""
    await _know_acs(azure)
    found = await told(survey.offerings(azure, country))
    if not found:
        raise UserError(nothing_offered(country), remedy="choose another --country, or order the number on paper")
    listed = [
        Offer(
            one.phone_number_type,
            one.assignment_type,
            one.available_capabilities.calling,
            one.available_capabilities.sms,
            Cost(one.cost.amount, one.cost.currency_code, minutes=minutes(country, one.phone_number_type)),
        )
        for one in found
    ]
    return sorted(listed, key=lambda one: (one.assignment != "application", one.cost.amount))


def held(site: Site) -> Held | None:
    """What the last search found, while it is held."""
    found = site.journal.search(site.now())
    return _held(site, found) if found else None


async def search(site: Site) -> Held:
    """Search for what the settings wish; one of five a week."""
    azure = site.azure
    known = {"acs.name": await _know_acs(azure)}
    (wish, _) = number_wanted(azure.settings.cloud)
    return _held(site, await carry_out(site, Step("create", filled(wish, known), "asked for"), known))


async def buy(site: Site, agreed: Held) -> str:
    """Buy what the last search holds, at the price that was agreed to; returns the number. It is not bought twice."""
    azure = site.azure
    known = {**site.journal.search(site.now()), "acs.name": await _know_acs(azure)}
    (_, wish) = number_wanted(azure.settings.cloud)
    resource = replace(filled(wish, known), cost=agreed.cost)
    gained = await carry_out(site, Step("create", resource, "asked for"), known)
    return gained["number.number"]


async def list_owned(site: Site) -> list[Owned]:
    """The numbers of the resource."""
    await _know_acs(site.azure)
    ours = {one.gives.get("number.number") for one in site.journal.made() if one.kind == "number"}
    return [
        Owned(
            one.phone_number,
            one.country_code,
            one.phone_number_type,
            one.capabilities.calling,
            one.capabilities.sms,
            None if one.cost is None else Cost(one.cost.amount, one.cost.currency_code),
            one.phone_number in ours,
        )
        for one in await owned(site.azure)
    ]


async def change(azure: Azure, number: str, *, calling: str | None, sms: str | None) -> tuple[str, str]:
    """Change what a number can do; returns what it can do then: calls and text messages."""
    await _know_acs(azure)

    async def run() -> Any:
        poller = await azure.numbers.begin_update_phone_number_capabilities(
            number, sms, calling, polling_interval=azure.poll_seconds
        )
        return await poller.result()

    found = await told(azure.asked(run(), f"change what {number} can do"))
    return found.capabilities.calling, found.capabilities.sms


async def release(site: Site, number: str) -> None:
    """Give a number back. Nobody can promise that it can be had again."""
    from voiceagent.cloud.kinds import KINDS

    await _know_acs(site.azure)
    remove = KINDS["number"].remove
    assert remove is not None
    await remove(site.azure, Resource("number", number, gives={"number.number": number}))
    for one in site.journal.made():
        if one.kind == "number" and one.gives.get("number.number") == number:
            site.journal.write("gone", one.key, site.now())


def _held(site: Site, found: Mapping[str, str]) -> Held:
    wish = site.azure.settings.cloud.number
    cost = Cost(float(found["search.amount"]), found["search.currency"], minutes=minutes(wish.country, wish.type))
    return Held(found["search.number"], cost, float(found["search.expires"]))


async def _know_acs(azure: Azure) -> str:
    """Have numbers asked of the resource that the settings mean; returns its name."""
    from voiceagent.cloud.kinds import know_acs
    from voiceagent.cloud.names import parts_of

    acs_id = azure.settings.cloud.acs_resource_id
    if acs_id and not azure.acs_endpoint:
        _, group, name = parts_of(acs_id)
        await know_acs(azure, Resource("acs", name, {"group": group, "name": name}))
    _ = azure.numbers  # a UserError tells what is missing
    return acs_id.rsplit("/", 1)[-1] or "acs"
