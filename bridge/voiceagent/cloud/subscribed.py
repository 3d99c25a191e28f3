"""The event subscriptions of a Communication Services resource: ours and others', at it and at its system topic. Only asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.cloud import survey
from voiceagent.cloud.azure import Azure
from voiceagent.cloud.names import INCOMING_CALL, TAG, parts_of
from voiceagent.cloud.subscriptions import NUMBER_KEY, target_of
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
    topic_group: str
    is_ours: bool

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it; `topic` is None for a subscription of the resource itself."""
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
    if not (acs_id := await survey.given_acs(azure)):
        raise UserError(
            "No Communication Services resource is known, so there is nothing to subscribe to",
            remedy="`voiceagent provision apply` makes one",
        )
    return await subscribed_to(azure, acs_id)


async def subscribed_to(azure: Azure, acs_id: str) -> list[Subscribed]:
    """All of the resource with this ARM id."""
    _, group, name = parts_of(acs_id)
    grid = azure.event_grid

    async def listing() -> list[tuple[str, str, Any]]:
        found = [
            ("", "", one)
            async for one in grid.event_subscriptions.list_by_resource(
                group, "Microsoft.Communication", "communicationServices", name
            )
        ]
        topics = [one async for one in grid.system_topics.list_by_subscription()]
        for topic in (one for one in topics if (one.source or "").strip("/").lower() == acs_id.strip("/").lower()):
            where = str(topic.id).strip("/").split("/")[3]
            mine = grid.system_topic_event_subscriptions.list_by_system_topic(where, str(topic.name))
            found += [(str(topic.name), where, one) async for one in mine]
        return found

    seen = await azure.asked(listing(), "list the event subscriptions")
    return [_subscribed(topic, where, one.serialize(keep_readonly=True)) for topic, where, one in seen]


def _subscribed(topic: str, topic_group: str, body: Mapping[str, Any]) -> Subscribed:
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
        topic_group,
        TAG in (properties.get("labels") or []),
    )


def rivals(found: Iterable[Subscribed], ours: str, number: str) -> list[str]:
    """Sentences about subscriptions beside `ours` that announce calls of the number, too: each would have it answered."""
    kind = INCOMING_CALL.rsplit(".", 1)[-1]
    return [
        f"The event subscription {one.name} announces the calls of {number or 'all numbers'} too, to {one.target}: "
        "a call is then answered by whoever is quicker."
        for one in found
        if one.name != ours and {kind, "All"} & set(one.types) and (not one.numbers or number in one.numbers)
    ]
