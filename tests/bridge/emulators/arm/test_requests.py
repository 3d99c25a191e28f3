"""What an event subscription is asked to be."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.arm.requests import read_properties, read_subscription
from voiceagent.emulators.event_grid.schedule import RetryPolicy


def destination(url: str = "http://app/e", *headers: dict[str, Any]) -> dict[str, Any]:
    return {"endpointType": "WebHook", "properties": {"endpointUrl": url, "deliveryAttributeMappings": list(headers)}}


def read(https_only: bool = False, **properties: Any) -> Any:
    given = read_properties({"properties": {"destination": destination(), **properties}})
    return read_subscription("calls", given, https_only=https_only)


def test_what_is_not_said_is_azures_default() -> None:
    read_back = read()
    assert (read_back.schema, read_back.policy) == ("event-grid", RetryPolicy(30, 86_400))
    assert read_back.wanted.event_types is None


def test_headers_are_given_or_copied_from_the_event() -> None:
    given = {"name": "x-secret", "type": "Static", "properties": {"value": "s", "isSecret": True}}
    copied = {"name": "x-to", "type": "Dynamic", "properties": {"sourceField": "data.to.rawId"}}
    read_back = read(destination=destination("http://app/e", given, copied), eventDeliverySchema="CloudEventSchemaV1_0")
    assert (read_back.headers, read_back.copied, read_back.schema) == (
        {"x-secret": "s"},
        {"x-to": "data.to.rawId"},
        "cloud-events",
    )


def test_dead_letters_have_a_container() -> None:
    assert (
        read(deadLetterDestination={"endpointType": "StorageBlob", "properties": {"blobContainerName": "box"}}).dead_letters
        == "box"
    )


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"destination": {"endpointType": "StorageQueue"}}, "WebHook alone"),
        ({"destination": destination("ftp://x")}, "endpointUrl"),
        ({"destination": destination("http://x", {"name": "aeg-x"})}, "cannot be the name"),
        ({"destination": destination("http://x", {"name": "x", "properties": {"value": "a\nb"}})}, "must be printable"),
        ({"destination": destination("http://x", *[{"name": "x"}] * 11)}, "at most 10"),
        ({"eventDeliverySchema": "Mine"}, "eventDeliverySchema"),
        ({"retryPolicy": {"maxDeliveryAttempts": 31}}, "maxDeliveryAttempts"),
        ({"retryPolicy": {"eventTimeToLiveInMinutes": 0}}, "eventTimeToLiveInMinutes"),
        ({"filter": {"advancedFilters": [{}]}}, "advanced filter"),
        ({"deadLetterDestination": {"properties": {}}}, "blobContainerName"),
        ({"https_only": True}, "proper HTTPS URL"),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(properties: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read(**properties)


def test_properties_are_needed() -> None:
    with pytest.raises(Refusal, match="`properties`"):
        read_properties({})
