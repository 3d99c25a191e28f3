"""Looks at requests to the phone number service and to Resource Manager. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from voiceagent.emulators.lint.request import Request, is_plain_elsewhere
from voiceagent.emulators.lint.rule import Breach

NUMBER_PATHS = ("/phoneNumbers", "/availablePhoneNumbers", "/operatorInformation")
ARM_PATHS = ("/subscriptions",)

NUMBER_VERSIONS = ("2021-03-07", "2022-12-01", "2025-02-11", "2025-04-01", "2025-06-01")
INCOMING = "Microsoft.Communication.IncomingCall"
ENOUGH_ATTEMPTS = 2

_BODIES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(path), frozenset(members.split()))
    for path, members in (
        (r"/availablePhoneNumbers/countries/[^/]+/:search", "phoneNumberType assignmentType capabilities areaCode quantity"),
        (r"/availablePhoneNumbers/countries/[^/]+/:browse", "phoneNumberType assignmentType capabilities phoneNumberPrefixes"),
        (r"/availablePhoneNumbers/:purchase", "searchId agreeToNotResell"),
        (r"/availablePhoneNumbers/reservations/[^/]+/:purchase", "agreeToNotResell"),
        (r"/availablePhoneNumbers/reservations/[^/]+", "id expiresAt phoneNumbers status"),
        (r"/phoneNumbers/[^/]+/capabilities", "calling sms"),
        (r"/operatorInformation/:search", "phoneNumbers options"),
    )
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(-(preview|privatepreview|alpha|beta))?")
_E164 = re.compile(r"\+[1-9]\d{1,14}")
_SECRET = re.compile(r"secret|token|key|password|authorization", re.IGNORECASE)

_VALUE = re.compile(rb'("value"\s*:\s*")(?:[^"\\]|\\.)*"')


def without_values(body: bytes) -> bytes:
    """The body of a request to Resource Manager as it may be shown: members called `value` are secrets, of headers and apps."""
    return _VALUE.sub(rb'\1..."', body)


def numbers(request: Request) -> Iterator[Breach]:
    """A request to the phone number service."""
    version = request.query.get("api-version", "")
    if not version:
        yield Breach("num-version-missing")
    elif "preview" in version:
        yield Breach("num-version-preview", frame=version)
    elif version not in NUMBER_VERSIONS:
        yield Breach("num-version-unknown", frame=version)
    words = request.path.split("/")
    number = unquote(words[2]) if words[1] == "phoneNumbers" and len(words) > 2 and words[2] != "operations" else ""
    if number and _E164.fullmatch(number) is None:
        yield Breach("num-e164", f"It has {len(number)} characters.")
    body = request.members()
    if request.body and body is None:
        yield Breach("num-json")
    kind = request.headers.get("content-type", "")
    if request.method == "PATCH" and not kind.lower().startswith("application/merge-patch+json"):
        yield Breach("num-merge-patch", frame=kind)
    known = next((members for path, members in _BODIES if path.fullmatch(request.path)), None)
    for name in body or () if known is not None else ():
        if known is not None and name not in known:
            yield Breach("num-unknown-field", f"It is `{name}`.", name)


def resources(request: Request) -> Iterator[Breach]:
    """A request to Resource Manager."""
    version = request.query.get("api-version", "")
    if not version:
        yield Breach("arm-version-missing")
    elif _DATE.fullmatch(version) is None:
        yield Breach("arm-version-shape", frame=version)
    body = request.members()
    if request.body and body is None:
        yield Breach("arm-json")
    if request.method == "PUT" and "/eventsubscriptions/" in request.path.lower() and body is not None:
        yield from _subscription(_inner(body, "properties"))


def _subscription(properties: Mapping[str, Any]) -> Iterator[Breach]:
    webhook = _inner(_inner(properties, "destination"), "properties")
    url = webhook.get("endpointUrl")
    if isinstance(url, str) and is_plain_elsewhere(url):
        yield Breach("arm-webhook-https", frame=url)
    types = _inner(properties, "filter").get("includedEventTypes")
    if not types:
        yield Breach("arm-all-events")
    policy = _inner(properties, "retryPolicy")
    attempts = policy.get("maxDeliveryAttempts")
    wanted = types if isinstance(types, list) else []
    if INCOMING in wanted and not (isinstance(attempts, int) and attempts <= ENOUGH_ATTEMPTS):
        yield Breach("arm-call-retries", f"These are {attempts or 'the usual 30'}.")
    mappings = webhook.get("deliveryAttributeMappings")
    for one in mappings if isinstance(mappings, list) else ():
        if isinstance(one, Mapping) and _SECRET.search(str(one.get("name"))) and not _inner(one, "properties").get("isSecret"):
            yield Breach("arm-open-secret", f"It is `{one.get('name')}`.", str(one.get("name")))


def _inner(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}
