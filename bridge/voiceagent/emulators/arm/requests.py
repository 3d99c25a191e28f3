"""What an event subscription is to be: read once, refused with a sentence, turned into what Event Grid delivers by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from voiceagent.emulators.arm import errors
from voiceagent.emulators.event_grid.filters import read_filter
from voiceagent.emulators.event_grid.schedule import RetryPolicy
from voiceagent.emulators.event_grid.subscription import Subscription
from voiceagent.errors import UserError
from voiceagent.protocol.event_grid import Schema

MOST_ATTEMPTS, MOST_MINUTES = 30, 1_440
MOST_HEADERS, LONGEST_HEADER = 10, 4_096
SCHEMAS: Mapping[str, Schema] = {"eventgridschema": "event-grid", "cloudeventschemav1_0": "cloud-events"}

DEFAULTS: Mapping[str, Any] = {
    "eventDeliverySchema": "EventGridSchema",
    "retryPolicy": {"maxDeliveryAttempts": MOST_ATTEMPTS, "eventTimeToLiveInMinutes": MOST_MINUTES},
    "labels": [],
    "filter": {},
}


def read_properties(body: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a subscription that is made: as given, the rest by default."""
    given = body.get("properties")
    if not isinstance(given, Mapping):
        raise errors.invalid("The request needs `properties`.")
    return {**DEFAULTS, **given}


def read_subscription(name: str, properties: Mapping[str, Any], *, https_only: bool) -> Subscription:
    """What is delivered, and where. A Refusal with 400 tells what cannot be."""
    destination = _object(properties.get("destination"), "destination")
    if str(destination.get("endpointType", "")).lower() != "webhook":
        raise errors.invalid("The emulator delivers to destinations of the type WebHook alone.")
    webhook = _object(destination.get("properties"), "destination.properties")
    schema = SCHEMAS.get(str(properties.get("eventDeliverySchema", "")).lower())
    if schema is None:
        raise errors.invalid("eventDeliverySchema must be EventGridSchema or CloudEventSchemaV1_0.")
    headers, copied = _attributes(webhook.get("deliveryAttributeMappings") or [])
    try:
        wanted = read_filter(_object(properties.get("filter") or {}, "filter"))
    except UserError as error:
        raise errors.invalid(str(error)) from error
    return Subscription(
        _endpoint(webhook.get("endpointUrl"), https_only=https_only),
        schema,
        headers,
        name,
        wanted,
        _policy(_object(properties.get("retryPolicy") or DEFAULTS["retryPolicy"], "retryPolicy")),
        _container(properties.get("deadLetterDestination")),
        copied,
        (
            str(webhook.get("azureActiveDirectoryTenantId") or ""),
            str(webhook.get("azureActiveDirectoryApplicationIdOrUri") or ""),
        ),
    )


def _endpoint(url: object, *, https_only: bool) -> str:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise errors.invalid("endpointUrl must be the address of a webhook.")
    if https_only and parts.scheme != "https":
        raise errors.invalid("The webhook endpoint should be a proper HTTPS URL.")
    return str(url)


def _attributes(written: object) -> tuple[dict[str, str], dict[str, str]]:
    if not isinstance(written, list) or len(written) > MOST_HEADERS:
        raise errors.invalid(f"deliveryAttributeMappings must be a list of at most {MOST_HEADERS}.")
    headers: dict[str, str] = {}
    copied: dict[str, str] = {}
    for one in written:
        mapping = _object(one, "A delivery attribute")
        name, properties = str(mapping.get("name") or ""), _object(mapping.get("properties") or {}, "properties")
        if not name or not all(letter.isalnum() or letter in "-_" for letter in name) or name.lower().startswith("aeg-"):
            raise errors.invalid(f"{name!r} cannot be the name of a delivery header.")
        if mapping.get("type") == "Dynamic":
            copied[name] = str(properties.get("sourceField") or "")
        else:
            headers[name] = _header(str(properties.get("value") or ""), name)
    return headers, copied


def _header(value: str, name: str) -> str:
    if len(value.encode()) > LONGEST_HEADER or not value.isascii() or not value.isprintable():
        raise errors.invalid(f"The value of the header {name} must be printable and of at most {LONGEST_HEADER} bytes.")
    return value


def _policy(written: Mapping[str, Any]) -> RetryPolicy:
    attempts, minutes = written.get("maxDeliveryAttempts"), written.get("eventTimeToLiveInMinutes")
    attempts = MOST_ATTEMPTS if attempts is None else attempts
    minutes = MOST_MINUTES if minutes is None else minutes
    for value, most, name in (
        (attempts, MOST_ATTEMPTS, "maxDeliveryAttempts"),
        (minutes, MOST_MINUTES, "eventTimeToLiveInMinutes"),
    ):
        if type(value) is not int or not 1 <= value <= most:
            raise errors.invalid(f"{name} must be a whole number from 1 to {most}.")
    return RetryPolicy(attempts, minutes * 60)


def _container(written: object) -> str:
    if written is None:
        return ""
    properties = _object(_object(written, "deadLetterDestination").get("properties"), "deadLetterDestination.properties")
    if not isinstance(properties.get("blobContainerName"), str):
        raise errors.invalid("deadLetterDestination needs a blobContainerName.")
    return str(properties["blobContainerName"])


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise errors.invalid(f"{name} must be an object.")
    return value
