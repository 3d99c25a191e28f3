"""What is there: everything that is wanted is looked for, and what is learned of one answers for the next. Only asks."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from voiceagent.cloud.azure import ARM_SCOPE, Azure
from voiceagent.cloud.block import block_of
from voiceagent.cloud.kinds import KINDS, learned
from voiceagent.cloud.number_kinds import awaited
from voiceagent.cloud.prices import minutes
from voiceagent.cloud.resource import Cost, Resource, filled, open_places
from voiceagent.errors import RemoteError, UserError

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found by key, everything that is wanted with its places filled as far as possible, and what fills them."""

    found: Mapping[str, Body]
    resources: tuple[Resource, ...]
    known: Mapping[str, str]


async def survey(
    azure: Azure,
    resources: Iterable[Resource],
    *,
    project: Path,
    known: Mapping[str, str] | None = None,
    purchase_is_open: bool = False,
) -> Survey:
    """Look for everything. `known` is what the journal remembers; with an open purchase its number is waited for a while."""
    knowing = dict(known or {})
    found: dict[str, Body] = {}
    seen: list[Resource] = []
    for one in resources:
        at = filled(one, knowing)
        body = await find(azure, at, project=project, known=knowing)
        if body is None and at.kind == "number" and purchase_is_open:
            body = await awaited(azure, at)
        if body is None and at.is_given and at.kind == "acs":
            raise UserError(
                f"The {at.kind} resource {at.name}, named in the settings, is not there",
                remedy="correct `cloud.acs_resource_id` or ACS_CONNECTION_STRING, or leave both empty for a new one",
            )
        knowing |= one.gives
        if body is not None:
            found[one.key] = body
            knowing |= learned(at, body)
        seen.append(at)
    return Survey(found, tuple(filled(one, knowing) for one in seen), knowing)


async def find(azure: Azure, at: Resource, *, project: Path, known: Mapping[str, str]) -> Body | None:
    """One resource as it is; None when it is not there, or when it cannot be for what it depends on is not."""
    if at.kind == "settings":
        values = await asyncio.to_thread(_block, project)
        return values or None
    if at.kind == "search":
        return await KINDS["search"].find(azure, _with_search(at, known))
    if at.kind != "number" and any(True for _ in open_places(dict(at.at))):
        return None
    return await KINDS[at.kind].find(azure, at)


def _with_search(at: Resource, known: Mapping[str, str]) -> Resource:
    remembered = {name: value for name, value in known.items() if name.startswith("search.") and "search.id" in known}
    return Resource(at.kind, at.name, {**at.at, **remembered}, at.body)


def _block(project: Path) -> dict[str, str]:
    path = project / ".env"
    return block_of(path.read_text(encoding="utf-8")) if path.is_file() else {}


# --- what must be asked before anything can be wanted


async def given_acs(azure: Azure) -> str:
    """The ARM id of the Communication Services resource that the settings mean; empty when they mean none."""
    settings = azure.settings
    if settings.cloud.acs_resource_id:
        return settings.cloud.acs_resource_id
    if not azure.acs_endpoint:
        return ""
    host = urlsplit(azure.acs_endpoint).netloc.lower()

    async def listing() -> list[Any]:
        return [one async for one in azure.acs.communication_services.list_by_subscription()]

    for one in await azure.asked(listing(), "list the Communication Services resources"):
        if (one.host_name or "").lower() == host:
            return str(one.id)
    named = "ACS_CONNECTION_STRING" if settings.acs.connection_string else "ACS_ENDPOINT"
    raise UserError(
        f"{named} names the resource at {host}, which is not in the subscription {azure.subscription_id}",
        remedy="set AZURE_SUBSCRIPTION_ID to the one it is in (`az account list` shows yours; without it `serve` leaves Event "
        f"Grid alone), or leave {named} out for `voiceagent provision apply` to make a resource",
    )


async def runner(azure: Azure) -> tuple[str, str]:
    """Object id and kind (`User`, `ServicePrincipal`) of whoever is signed in; two empty texts when the token does not tell."""
    token = await azure.asked(azure.credential.get_token(ARM_SCOPE), "find out who is signed in")
    parts = token.token.split(".")
    if len(parts) != 3:
        return "", ""
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return "", ""
    return str(claims.get("oid", "")), "ServicePrincipal" if claims.get("idtyp") == "app" else "User"


async def price(azure: Azure) -> Cost | None:
    """What the service asks for the number that is wanted; None when it cannot be asked yet or offers none."""
    wish = azure.settings.cloud.number
    if not azure.acs_endpoint or "number" not in azure.settings.cloud.make or azure.settings.acs.phone_number:
        return None
    try:
        offers = await offerings(azure, wish.country)
    except RemoteError:
        return None  # a tenant that may not ask is told when it searches; the list price serves until then
    for one in offers:
        if one.phone_number_type == wish.type and one.assignment_type == "application" and one.cost is not None:
            return Cost(one.cost.amount, one.cost.currency_code, minutes=minutes(wish.country, wish.type))
    return None


async def offerings(azure: Azure, country: str) -> list[Any]:
    """What the service offers in a country."""

    async def listing() -> list[Any]:
        return [one async for one in azure.numbers.list_available_offerings(country)]

    return await azure.asked(listing(), f"list what is offered in {country}")
