"""How Event Grid proves to the bridge that an event is its own: the secret in a header or in the address, a token of Entra.

A header that is marked as secret cannot be read back; the whole address can, by whoever may read the subscription.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from voiceagent.doctor.finding import Cause, Found, fine
from voiceagent.doctor.subscription import POINT_IT
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError

SECRET_HEADER = "x-voiceagent-secret"  # noqa: S105  the header's name

NO_SECRET = Cause(
    "secret_header_missing",
    "failed",
    "the subscription {name} sends no secret, in no header and not in the address: the bridge refuses all it delivers (401)",
    "add the secret delivery header x-voiceagent-secret with the value of VOICEAGENT_EVENT_SECRET",
    POINT_IT,
)
SECRET_DIFFERS = Cause(
    "secret_header_differs",
    "failed",
    "the subscription {name} sends another secret than acs.event_secret ({place}), in {where}",
    "set both to the same value: a secret delivery header x-voiceagent-secret, and VOICEAGENT_EVENT_SECRET",
    POINT_IT,
)
SECRET_READABLE = Cause(
    "secret_header_readable",
    "warning",
    "the header x-voiceagent-secret of the subscription {name} is not marked as secret",
    "mark it: anybody who can read the subscription can announce calls",
    POINT_IT,
)
NO_ENTRA = Cause(
    "entra_token_missing",
    "failed",
    "the bridge wants a token of Entra with each event (cloud.event_grid.entra_app_id), and the subscription {name} sends none",
    "protect the subscription with the same app, or leave cloud.event_grid.entra_app_id empty",
    POINT_IT,
)
OTHER_ENTRA = Cause(
    "entra_app_differs",
    "failed",
    "the subscription {name} sends tokens for the app {found}, and the bridge wants them for {wanted} ({place})",
    "set both to the same app",
    POINT_IT,
)


async def proof(around: Surroundings) -> Found:
    """Whether the bridge will believe what this subscription delivers."""
    one = around.notes["subscription"]
    wrong = _entra(one, around) or await _secret(one, around)
    return wrong or fine("a secret" if around.settings.acs.event_secret else "none is asked for")


def _entra(one: Any, around: Surroundings) -> Found | None:
    wanted = around.settings.cloud.event_grid.entra_app_id
    found = str(one.destination.azure_active_directory_application_id_or_uri or "").removeprefix("api://")
    if not wanted:
        return None
    if not found:
        return NO_ENTRA.found(name=one.name)
    if found.lower() == wanted.removeprefix("api://").lower():
        return None
    shown = {"found": around.discreet(found, end=4), "wanted": around.discreet(wanted, end=4)}
    return OTHER_ENTRA.found(name=one.name, place=around.place("cloud.event_grid.entra_app_id"), **shown)


async def _secret(one: Any, around: Surroundings) -> Found | None:
    secret = str.__str__(around.settings.acs.event_secret)
    if not secret:
        return None
    facts = {"name": one.name, "place": around.place("acs.event_secret")}
    mappings = {str(each.name).lower(): each for each in one.destination.delivery_attribute_mappings or ()}
    header = mappings.get(SECRET_HEADER)
    hidden = bool(getattr(header, "is_secret", False))
    if header is not None and not hidden and str(getattr(header, "value", "") or "") != secret:
        return SECRET_DIFFERS.found(**facts, where="a delivery header")
    in_address = await _in_address(one, around)
    if in_address and in_address != secret:
        return SECRET_DIFFERS.found(**facts, where="the address")
    if header is None and in_address == "":
        return NO_SECRET.found(**facts)
    return SECRET_READABLE.found(**facts) if header is not None and not hidden else None


async def _in_address(one: Any, around: Surroundings) -> str | None:
    """The secret in the subscribed address; "" for none, None when the address may not be read."""
    azure = await around.azure()
    parts = str(one.id).split("/")
    lower = [part.lower() for part in parts]
    try:
        if "systemtopics" in lower:
            topic = parts[lower.index("systemtopics") + 1]
            asked = azure.event_grid.system_topic_event_subscriptions.get_full_url(parts[4], topic, one.name)
        else:
            scope = str(one.id)[: str(one.id).lower().index("/providers/microsoft.eventgrid/")]
            asked = azure.event_grid.event_subscriptions.get_full_url(scope, one.name)
        found = await azure.asked(asked, "read the address of the subscription")
    except RemoteError:  # reading it is another right than reading the subscription
        return None
    return parse_qs(urlsplit(str(found.endpoint_url or "")).query).get("code", [""])[0]
