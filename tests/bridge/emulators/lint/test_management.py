"""Requests for numbers and resources, good and wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.emulators.lint.management import numbers, resources, without_values
from voiceagent.emulators.lint.request import Request

GRID = "/subscriptions/1/resourceGroups/g/providers/Microsoft.EventGrid/systemTopics/t/eventSubscriptions/s"
MERGE = "application/merge-patch+json"
WEBHOOK = {"endpointType": "WebHook", "properties": {"endpointUrl": "https://app.example/events"}}
FILTER = {"includedEventTypes": ["Microsoft.Communication.IncomingCall"]}
GOOD = {"destination": WEBHOOK, "filter": FILTER, "retryPolicy": {"maxDeliveryAttempts": 2}}


def asked(method: str, path: str, body: Any = None, *, version: str = "2025-06-01", kind: str = "application/json") -> Request:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    query = {"api-version": version} if version else {}
    return Request("", method, path, query, {"content-type": kind}, content)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked("GET", "/phoneNumbers"), []),
        (asked("GET", "/phoneNumbers", version=""), ["num-version-missing"]),
        (asked("GET", "/phoneNumbers", version="2031-01-01"), ["num-version-unknown"]),
        (asked("GET", "/phoneNumbers", version="2024-03-01-preview"), ["num-version-preview"]),
        (asked("GET", "/phoneNumbers/%2B14255550199"), []),
        (asked("DELETE", "/phoneNumbers/+14255550199"), []),
        (asked("GET", "/phoneNumbers/operations/search_1"), []),
        (asked("GET", "/phoneNumbers/4255550199"), ["num-e164"]),
        (asked("POST", "/availablePhoneNumbers/:purchase", {"searchId": "1", "agreeToNotResell": True}), []),
        (asked("POST", "/availablePhoneNumbers/:purchase", {"searchID": "1"}), ["num-unknown-field"]),
        (asked("POST", "/availablePhoneNumbers/countries/US/:search", b"{"), ["num-json"]),
        (asked("PATCH", "/phoneNumbers/%2B14255550199/capabilities", {"sms": "none"}, kind=MERGE), []),
        (asked("PATCH", "/phoneNumbers/%2B14255550199/capabilities", {"sms": "none"}), ["num-merge-patch"]),
    ],
    ids=str,
)
def test_requests_for_numbers(request_: Request, expected: list[str]) -> None:
    assert [breach.rule for breach in numbers(request_)] == expected


def changed(**properties: Any) -> dict[str, Any]:
    return {"properties": {**GOOD, **properties}}


def delivered(url: str, **attribute: Any) -> dict[str, Any]:
    mapping = {"name": "x-secret", "type": "Static", "properties": attribute}
    return {**WEBHOOK, "properties": {"endpointUrl": url, "deliveryAttributeMappings": [mapping]}}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked("GET", "/subscriptions/1"), []),
        (asked("GET", "/subscriptions/1", version=""), ["arm-version-missing"]),
        (asked("GET", "/subscriptions/1", version="latest"), ["arm-version-shape"]),
        (asked("GET", "/subscriptions/1", version="2024-06-01-preview"), []),
        (asked("PUT", GRID, b"nothing"), ["arm-json"]),
        (asked("PUT", GRID, {"properties": GOOD}), []),
        (asked("PUT", GRID, {"properties": None}), ["arm-all-events"]),
        (asked("PUT", GRID, changed(filter={})), ["arm-all-events"]),
        (asked("PUT", GRID, changed(retryPolicy=None)), ["arm-call-retries"]),
        (asked("PUT", GRID, changed(retryPolicy={"maxDeliveryAttempts": 30})), ["arm-call-retries"]),
        (asked("PUT", GRID, changed(destination=delivered("http://app.example", isSecret=True))), ["arm-webhook-https"]),
        (asked("PUT", GRID, changed(destination=delivered("http://127.0.0.1:8080/events", isSecret=True))), []),
        (asked("PUT", GRID, changed(destination=delivered("https://app.example", value="s"))), ["arm-open-secret"]),
        (asked("PUT", GRID, changed(destination=delivered("http://[", isSecret=True))), []),
        (asked("PUT", "/subscriptions/1/resourceGroups/g", {"location": "westeurope"}), []),
    ],
    ids=str,
)
def test_requests_for_resources(request_: Request, expected: list[str]) -> None:
    assert [breach.rule for breach in resources(request_)] == expected


@pytest.mark.parametrize("value", ["hush", 'hu\\"sh', ""])
def test_secrets_of_a_body_are_not_shown(value: str) -> None:
    body = json.dumps({"name": "x-secret", "properties": {"value": value, "isSecret": True}}).encode()
    assert json.loads(without_values(body)) == {"name": "x-secret", "properties": {"value": "...", "isSecret": True}}
