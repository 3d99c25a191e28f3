"""An event subscription made with its handshake: for an endpoint that proved reachable, tried again, diagnosed when it fails.

While the subscription is made, Event Grid asks the endpoint for its consent. A bridge that is not up, a tunnel's greeting page
and a redirect all end in the same "Url validation"; what its message is known to mean is told here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from voiceagent.cloud.azure import Azure
from voiceagent.cloud.kinds import KINDS
from voiceagent.cloud.resource import Resource
from voiceagent.cloud.subscriptions import base_of
from voiceagent.errors import RemoteError

TRIES = 3
"""A tunnel that opened a moment ago may not be known everywhere yet."""
NOT_VALIDATED = "url validation"
"""Event Grid's code, in small letters; there is a blank in it."""


class Reached(Protocol):
    """What a probe found. `sentence` is "" when all is well."""

    @property
    def sentence(self) -> str: ...

    @property
    def remedy(self) -> str: ...


class Probe(Protocol):
    """`voiceagent.tunnels.probe.probe`."""

    def __call__(self, where: str, *, secret: str = "") -> Awaitable[Reached]: ...


async def proved(one: Resource, probe: Probe) -> None:
    """RemoteError when the endpoint of a subscription that is to be made does not answer as a bridge does."""
    where, secret = _where(one)
    found = await probe(where, secret=secret)
    if found.sentence:
        raise RemoteError(
            f"{where} is not a bridge that can be reached: {found.sentence}. Nothing was subscribed",
            service="The public address",
            remedy=found.remedy or "start `voiceagent serve` with a tunnel, then run this again",
        )


async def consented(azure: Azure, one: Resource) -> Mapping[str, Any]:
    """Make or change the subscription; returns once the endpoint has consented. RemoteError with the diagnosis when not."""
    for left in range(TRIES - 1, -1, -1):
        try:
            body = await KINDS["event_subscription"].send(azure, one, True)
        except RemoteError as error:
            if error.code.lower() != NOT_VALIDATED or not left:
                raise _diagnosed(error, one) from error
            await asyncio.sleep(azure.poll_seconds)
        else:
            return await _settled(azure, one, body)
    raise AssertionError("every try returns or raises")


async def _settled(azure: Azure, one: Resource, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the service calls done may still wait for a hand: then nothing would ever be delivered."""
    state = str((body.get("properties") or {}).get("provisioningState", ""))
    for _ in range(15):
        if state == "Succeeded":
            return body
        if state in ("AwaitingManualAction", "Failed"):
            break
        await asyncio.sleep(azure.poll_seconds)
        body = await KINDS["event_subscription"].find(azure, one) or {}
        state = str((body.get("properties") or {}).get("provisioningState", ""))
    where = _where(one)[0]
    raise RemoteError(
        f"the subscription {one.name} is {state or 'not there'}: {where}/events answered without Event Grid's validation code",
        service="Event Grid",
        remedy="something before the bridge answers in its place: a tunnel's greeting page, a sign-in, another program",
    )


def _diagnosed(error: RemoteError, one: Resource) -> RemoteError:
    if error.code.lower() != NOT_VALIDATED:
        return error
    where = _where(one)[0]
    return RemoteError(
        f"{where}/events did not consent within {TRIES} tries: {cause(str(error))}",
        service="Event Grid",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        remedy=f"`voiceagent provision events probe {where}` shows what it answers from here",
    )


CAUSES: tuple[tuple[str, str], ...] = (
    ("notfound", "it answered 404: another program or another path is behind the address"),
    ("404", "it answered 404: another program or another path is behind the address"),
    ("401", "it answered 401: something before the bridge wants a sign-in, or the bridge has another VOICEAGENT_EVENT_SECRET"),
    ("403", "it answered 403: something before the bridge refuses strangers"),
    ("502", "the tunnel is there, but nothing behind it: is `voiceagent serve` running?"),
    ("badgateway", "the tunnel is there, but nothing behind it: is `voiceagent serve` running?"),
    ("302", "it redirects: give the address that it redirects to"),
    ("redirect", "it redirects: give the address that it redirects to"),
    ("certificate", "its certificate is not one that Azure trusts"),
    ("https url", "it is http, and Event Grid delivers to https alone"),
    ("cannot be reached", "nobody answers there"),
    ("unknown", "nobody answered in time: the address is not known to the world, or the bridge is not up"),
)
"""Words in Event Grid's message, and what they are known to mean; the first that is found tells."""


def cause(message: str) -> str:
    """What lies behind Event Grid's refusal, as far as its words tell."""
    lowered = message.lower()
    return next((meaning for word, meaning in CAUSES if word in lowered), message)


def _where(one: Resource) -> tuple[str, str]:
    """The address of the bridge that a subscription delivers to, and the secret in it."""
    endpoint = str(one.body["properties"]["destination"]["properties"]["endpointUrl"])
    return base_of(endpoint), endpoint.partition("?code=")[2]
