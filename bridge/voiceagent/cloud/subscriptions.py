"""The two event subscriptions: calls of our number, and recordings that are ready. Pure.

An IncomingCall without a filter on the number would also come for calls that we redirect, and loop; an event of a recording has
no number, so that filter would drop it. Hence two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from voiceagent.cloud.names import DEAD_LETTERS, INCOMING_CALL, RECORDING_READY, TAG, Names
from voiceagent.cloud.resource import Resource
from voiceagent.config.schema import Settings

SECRET_HEADER = "x-voiceagent-secret"  # noqa: S105  the header's name
EVENTS_PATH = "/events"
NUMBER_KEY = "data.to.phoneNumber.value"


def subscriptions(settings: Settings, names: Names, *, url: str, secret: str) -> Iterator[Resource]:
    """Both, delivering to the bridge at `url`; none while there is no address."""
    if url:
        to_come = "{number.number}" if "number" in settings.cloud.make else ""
        number = str.__str__(settings.acs.phone_number) or to_come
        yield incoming(settings, names, url=url, secret=secret, number=number)
        if "recordings" in settings.cloud.make:
            yield recordings(settings, names, url=url, secret=secret)


def incoming(settings: Settings, names: Names, *, url: str, secret: str, number: str) -> Resource:
    """Calls of the number to the bridge at `url`; without a number (a Teams resource account) all calls."""
    wish = [{"operatorType": "StringIn", "key": NUMBER_KEY, "values": [number]}] if number else []
    return _subscription(settings, names, names.incoming, INCOMING_CALL, url=url, secret=secret, advanced=wish)


def recordings(settings: Settings, names: Names, *, url: str, secret: str) -> Resource:
    """What became of recordings, to the bridge at `url`."""
    return _subscription(settings, names, names.recordings, RECORDING_READY, url=url, secret=secret)


def endpoint_of(url: str, secret: str) -> str:
    """Where events go. The secret is in the query too, because no document tells that the handshake carries headers."""
    return f"{url.rstrip('/')}{EVENTS_PATH}" + (f"?code={secret}" if secret else "")


def base_of(endpoint: str) -> str:
    """The address of the bridge that an endpoint belongs to."""
    return endpoint.partition("?")[0].removesuffix(EVENTS_PATH)


def target_of(body: Mapping[str, Any]) -> str:
    """Where a subscription that was found delivers to, without what is secret."""
    destination = (body.get("properties") or {}).get("destination") or {}
    properties = destination.get("properties") or {}
    return str(properties.get("endpointBaseUrl") or properties.get("endpointUrl") or "").partition("?")[0]


def _subscription(
    settings: Settings,
    names: Names,
    name: str,
    event_type: str,
    *,
    url: str,
    secret: str,
    advanced: list[dict[str, Any]] | None = None,
) -> Resource:
    grid = settings.cloud.event_grid
    endpoint = endpoint_of(url, secret)
    common = {
        "filter": {"includedEventTypes": [event_type], **({"advancedFilters": advanced} if advanced else {})},
        "retryPolicy": {"maxDeliveryAttempts": grid.attempts, "eventTimeToLiveInMinutes": grid.life_minutes},
        "labels": [TAG, f"{settings.cloud.name}-{_mark(secret)}"],
    }
    must = {"destination": {"properties": {"endpointUrl": endpoint}}, **common}
    body = {
        "destination": {"endpointType": "WebHook", "properties": {"endpointUrl": endpoint, **_delivery(settings, secret, url)}},
        "eventDeliverySchema": "EventGridSchema",
        **common,
    }
    if grid.dead_letters:
        place = {"resourceId": names.storage_id, "blobContainerName": DEAD_LETTERS}
        body["deadLetterDestination"] = {"endpointType": "StorageBlob", "properties": place}
    where = {"group": "{topic.group}", "topic": "{topic.name}"} if grid.at == "topic" else {"scope": "{acs.id}"}
    return Resource("event_subscription", name, {**where, "name": name}, {"properties": body}, {"properties": must})


def _delivery(settings: Settings, secret: str, url: str) -> dict[str, Any]:
    """One event a request, for a phone rings; the secret in a header that no read shows; Entra's token when asked for."""
    grid = settings.cloud.event_grid
    found: dict[str, Any] = {"maxEventsPerBatch": 1, "preferredBatchSizeInKilobytes": 64}
    if urlsplit(url).scheme == "https":
        found["minimumTlsVersionAllowed"] = "1.2"
    if secret:
        header = {"name": SECRET_HEADER, "type": "Static", "properties": {"value": secret, "isSecret": True}}
        found["deliveryAttributeMappings"] = [header]
    if grid.entra_app_id:
        found["azureActiveDirectoryTenantId"] = grid.entra_tenant_id
        found["azureActiveDirectoryApplicationIdOrUri"] = grid.entra_app_id
    return found


def _mark(secret: str) -> str:
    """Tells by a label whether the secret is still ours, though no read shows it: 32 bits of its hash, of 192 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]
