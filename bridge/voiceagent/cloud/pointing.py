"""Where Azure announces our calls, moved while a bridge runs: to its address at the moment, and back when it ends.

if (pointing := await open_pointing(settings)) is not None:
    await pointing.point("https://a-tunnel.example")
    ...
    await pointing.restore()
    await pointing.close()
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from voiceagent.cloud import survey
from voiceagent.cloud.azure import Azure, open_azure
from voiceagent.cloud.handshake import consented
from voiceagent.cloud.kinds import KINDS, drop_subscription, find_subscription
from voiceagent.cloud.names import TOPIC_TYPE, names_of, parts_of
from voiceagent.cloud.resource import Resource, fill, filled
from voiceagent.cloud.subscriptions import base_of, incoming, recordings
from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

NOWHERE = "https://nowhere.invalid"
"""Stands for an address where only the place of a subscription matters."""


class Pointing:
    """The subscriptions of this project: to its calls, and to its recordings if there is one."""

    def __init__(self, azure: Azure, closing: AsyncExitStack, known: Mapping[str, str], before: Mapping[str, str]) -> None:
        self._azure = azure
        self._closing = closing
        self._known = known
        self._before = dict(before)
        self._moved = False
        names = names_of(azure.settings.cloud)
        self._names = [names.incoming, *(one for one in before if one != names.incoming)]
        self.url = base_of(before.get(names.incoming, ""))
        """The bridge that calls are announced to at present; empty when to none."""

    async def point(self, url: str) -> None:
        """Deliver calls to `url`, the https address of the bridge without a path.

        Idempotent; returns when the handshake has passed. RemoteError with the diagnosis when it does not.
        """
        url = url.rstrip("/")
        if url == self.url:
            return
        for name in self._names:
            self._moved = True
            await consented(self._azure, self._wanted(name, url))
        self.url = url

    async def restore(self) -> None:
        """Put back the address found before the first `point`; nothing when none was moved.

        A subscription that was not there before is removed. RemoteError when the old address does not answer any more: Event
        Grid asks it again for its consent, and until it gives that, calls go on to the new one.
        """
        if not self._moved:
            return
        for name in self._names:
            if name in self._before:
                await self._put_back(name, self._before[name])
            else:
                await drop_subscription(self._azure, self._wanted(name, NOWHERE))
        self._moved = False
        self.url = base_of(self._before.get(self._names[0], ""))

    async def close(self) -> None:
        """Close the connections to Azure. The address stays as it is."""
        await self._closing.aclose()

    async def _put_back(self, name: str, endpoint: str) -> None:
        before = base_of(endpoint)
        try:
            await consented(self._azure, with_endpoint(self._wanted(name, before), endpoint))
        except RemoteError as error:
            raise RemoteError(
                f"{name} could not be pointed back to {before}, which does not answer: it still points to {self.url}",
                service="Event Grid",
                code=error.code,
                remedy="`voiceagent serve` with a tunnel has calls announced to itself again, and `voiceagent provision events "
                "point URL` to a bridge that runs elsewhere; until then nobody answers them",
            ) from error

    def _wanted(self, name: str, url: str) -> Resource:
        settings, names = self._azure.settings, names_of(self._azure.settings.cloud)
        secret = str.__str__(settings.acs.event_secret)
        if name == names.recordings:
            return filled(recordings(settings, names, url=url, secret=secret), self._known)
        number = str.__str__(settings.acs.phone_number)
        return filled(incoming(settings, names, url=url, secret=secret, number=number), self._known)


async def open_pointing(settings: Settings) -> Pointing | None:
    """The subscription that announces this project's calls; None when there is none (`why_none` tells the reason).

    There is one, too, when only its place is there: a system topic that `provision apply` made without an address.
    RemoteError when Azure cannot be asked. `close` the result.
    """
    if _lacking(settings):
        return None
    async with AsyncExitStack() as entered:
        azure = await entered.enter_async_context(open_azure(settings))
        known = await _where(azure)
        if known is None:
            return None
        names = names_of(settings.cloud)
        before = {}
        for resource in (
            incoming(settings, names, url=NOWHERE, secret="", number=""),
            recordings(settings, names, url=NOWHERE, secret=""),
        ):
            found = await find_subscription(azure, filled(resource, known))
            if found is not None:
                before[resource.name] = str(found["properties"]["destination"]["properties"].get("endpointUrl", ""))
        if not before and settings.cloud.event_grid.at == "resource":
            return None
        return Pointing(azure, entered.pop_all(), known, before)
    raise AssertionError("the block returns")


def why_none(settings: Settings) -> str:
    """Why `open_pointing` found nothing to point, for people."""
    return _lacking(settings) or (
        "Azure has neither a system topic nor an event subscription of this project, so nothing was pointed here; "
        "`voiceagent provision apply` makes them"
    )


def _lacking(settings: Settings) -> str:
    if not settings.cloud.subscription_id:
        return "AZURE_SUBSCRIPTION_ID is not set, so nobody knows where Event Grid's subscription would be"
    if not (settings.acs.connection_string or settings.acs.endpoint or settings.cloud.acs_resource_id):
        return "no Communication Services resource is set, so there are no calls to announce"
    return ""


async def _where(azure: Azure) -> dict[str, str] | None:
    """What fills the places of a subscription's address; None when our topic is not there."""
    acs_id = await survey.given_acs(azure)
    _, group, name = parts_of(acs_id)
    known = {"acs.id": acs_id, "acs.name": name, "acs.group": group}
    if azure.settings.cloud.event_grid.at == "resource":
        return known
    topic = Resource("topic", names_of(azure.settings.cloud).topic, {"source": acs_id}, {"topicType": TOPIC_TYPE})
    found = await KINDS["topic"].find(azure, topic)
    if found is None:
        return None
    words = str(found["id"]).strip("/").split("/")
    return {**known, "topic.name": str(found["name"]), "topic.group": words[3]}


def with_endpoint(resource: Resource, endpoint: str) -> Resource:
    """The same subscription delivering to exactly this endpoint."""
    body: dict[str, Any] = fill(dict(resource.body), {})
    body["properties"]["destination"]["properties"]["endpointUrl"] = endpoint
    return replace(resource, body=body)
