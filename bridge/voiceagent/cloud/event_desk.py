"""Event subscriptions by hand: which there are, ours and others', and pointing ours to a bridge that proved reachable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.cloud import survey
from voiceagent.cloud.azure import Azure
from voiceagent.cloud.handshake import proved
from voiceagent.cloud.make import Site
from voiceagent.cloud.names import TAG, names_of, parts_of
from voiceagent.cloud.pointing import open_pointing, why_none
from voiceagent.cloud.subscriptions import NUMBER_KEY, incoming, target_of
from voiceagent.errors import UserError


@dataclass(frozen=True, slots=True)
class Subscribed:
    """One event subscription. `numbers` are those whose calls it lets through; none: all."""

    name: str
    state: str
    types: tuple[str, ...]
    numbers: tuple[str, ...]
    target: str
    topic: str
    """The system topic it hangs on; empty: on the resource itself."""
    is_ours: bool

    def facts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": self.state,
            "events": list(self.types),
            "numbers": list(self.numbers),
            "to": self.target,
            "topic": self.topic or None,
            "made_by_us": self.is_ours,
        }


async def list_subscribed(azure: Azure) -> list[Subscribed]:
    """All of the resource's. UserError when no resource is known."""
    acs_id = await survey.given_acs(azure)
    if not acs_id:
        raise UserError(
            "No Communication Services resource is known, so there is nothing to subscribe to",
            remedy="`voiceagent provision apply` makes one",
        )
    _, group, name = parts_of(acs_id)
    grid = azure.event_grid

    async def listing() -> list[tuple[str, Any]]:
        found = [
            ("", one)
            async for one in grid.event_subscriptions.list_by_resource(
                group, "Microsoft.Communication", "communicationServices", name
            )
        ]
        topics = [one async for one in grid.system_topics.list_by_subscription()]
        for topic in (one for one in topics if (one.source or "").strip("/").lower() == acs_id.strip("/").lower()):
            where = str(topic.id).strip("/").split("/")[3]
            mine = grid.system_topic_event_subscriptions.list_by_system_topic(where, str(topic.name))
            found += [(str(topic.name), one) async for one in mine]
        return found

    seen = await azure.asked(listing(), "list the event subscriptions")
    return [_subscribed(topic, one.serialize(keep_readonly=True)) for topic, one in seen]


def _subscribed(topic: str, body: Mapping[str, Any]) -> Subscribed:
    properties = body.get("properties") or {}
    wish = properties.get("filter") or {}
    numbers = [
        str(value)
        for one in wish.get("advancedFilters") or []
        if str(one.get("key", "")).lower() == NUMBER_KEY.lower()
        for value in one.get("values") or []
    ]
    return Subscribed(
        str(body.get("name", "")),
        str(properties.get("provisioningState", "")),
        tuple(str(one).rsplit(".", 1)[-1] for one in wish.get("includedEventTypes") or ["All"]),
        tuple(numbers),
        target_of(body),
        topic,
        TAG in (properties.get("labels") or []),
    )


async def point(site: Site) -> str:
    """Have calls announced to the bridge at the site's address; returns where they were before, or "".

    UserError when there is nothing to point, RemoteError when the bridge cannot be reached or does not consent.
    """
    azure = site.azure
    settings = azure.settings
    secret, number = str.__str__(settings.acs.event_secret), str.__str__(settings.acs.phone_number)
    await proved(incoming(settings, names_of(settings.cloud), url=site.url, secret=secret, number=number), site.probe)
    pointing = await open_pointing(settings)
    if pointing is None:
        raise UserError(why_none(settings), remedy="`voiceagent provision apply` makes what is missing")
    try:
        before = pointing.url
        await pointing.point(site.url)
        return before
    finally:
        await pointing.close()
