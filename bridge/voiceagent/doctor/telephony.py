"""The Communication Services resource as its data plane shows it: reached, the key taken, the keys of its tokens to be had.

The key is tried on a call that cannot exist: a signature that is accepted gets 404, and nothing is changed by asking.
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

from voiceagent.doctor.addresses import acs_address
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError, UserError

NOT_SET = "no ACS settings; the phone is emulated"
UNKNOWN_CALL = 404
WEAK_SECRET = 16
"""Characters; `voiceagent provision` makes 32."""

CONNECTION_STRING = Cause(
    "acs_connection_string", "failed", "{told}", "copy it from the Azure portal: Communication Services resource, Keys"
)
UNREACHABLE = Cause(
    "acs_unreachable",
    "failed",
    "ACS at {host} cannot be reached: {why}",
    "check acs.connection_string ({place}) and the network of this machine",
    "voiceagent config show",
)
KEY_REFUSED = Cause(
    "acs_key_refused",
    "failed",
    "ACS at {host} does not accept the key of acs.connection_string ({place}): {told}",
    "copy the connection string anew (Azure portal: Communication Services, Keys): it was renewed, or is another resource's",
)
ENTRA_REFUSED = Cause(
    "acs_role_missing",
    "failed",
    "ACS at {host} lets nobody in whom Entra vouches for here: {told}",
    "give the identity the role Contributor on the resource, or set ACS_CONNECTION_STRING",
)
THROTTLED = Cause(
    "acs_throttled", "warning", "ACS at {host} has no room for requests now (429)", "try again later; ask Azure for more"
)
KEYS_UNREACHABLE = Cause(
    "acs_keys_unreachable",
    "failed",
    "the keys of ACS's tokens cannot be had from {host}: {why}",
    "let this machine reach {host}: without the keys every callback and every media socket is refused",
)
KEYS_WRONG = Cause(
    "acs_keys_wrong",
    "failed",
    "{host} has no keys that sign tokens ({why})",
    "check acs.jwks_url: Azure's is https://acscallautomation.communication.azure.com/calling/keys",
)
NO_AUDIENCE = Cause(
    "audience_missing",
    "failed",
    "acs.resource_id is empty, so the tokens that ACS shows cannot be checked",
    "set ACS_AUDIENCE to the immutable resource id (Azure portal: Communication Services, Properties)",
)
AUDIENCE_FORM = Cause(
    "audience_malformed",
    "failed",
    "acs.resource_id ({place}) is {given}; the audience of ACS's tokens is the immutable resource id, a GUID",
    "take `immutableResourceId` of the resource: not its ARM id, and not its endpoint",
)
NO_EVENT_SECRET = Cause(
    "event_secret_missing",
    "failed",
    "acs.event_secret is empty, so anybody could announce calls here: Event Grid does not sign them",
    "set VOICEAGENT_EVENT_SECRET, and the same as delivery header x-voiceagent-secret of the subscription",
    "voiceagent provision plan",
)
WEAK_EVENT_SECRET = Cause(
    "event_secret_weak",
    "warning",
    "acs.event_secret ({place}) has {count} characters",
    "use at least 16 random ones: whoever guesses it can announce calls",
)
UNVERIFIED = Cause(
    "verification_off",
    "warning",
    "bridge.verification is unverified ({place}): whoever learns a call's address can listen to it and speak in it",
    "remove it; it is for experiments on this machine",
)


def chosen(around: Surroundings) -> Found:
    """Whether the settings name a resource."""
    try:
        address = acs_address(around.settings)
    except UserError as error:
        return CONNECTION_STRING.found(told=error)
    if address is None:
        twilio = around.settings.twilio.account_sid
        return skipped("no ACS settings; Twilio is the phone" if twilio else NOT_SET, "for real calls: ACS_CONNECTION_STRING")
    return fine(f"{urlsplit(address.endpoint).netloc} ({_place(around)})")


async def endpoint(around: Surroundings) -> Found:
    """Whether the resource answers at all."""
    address = acs_address(around.settings)
    assert address is not None, "the settings were looked at before"
    answer = await around.reach(address.endpoint)
    host = urlsplit(address.endpoint).netloc
    if not answer.reached:
        return UNREACHABLE.found(host=host, why=answer.why, place=_place(around))
    return fine(f"{host} answers in {answer.round_trip_ms:.0f} ms")


async def key(around: Surroundings) -> Found:
    """Whether our requests are accepted, through the SDK that the calls go through."""
    from voiceagent.control.acs_account import acs_client, asked

    address = acs_address(around.settings)
    assert address is not None, "its endpoint was reached"
    host = urlsplit(address.endpoint).netloc
    try:
        async with acs_client(address) as client:
            await asked(
                client.get_call_connection(str(uuid.uuid4())).get_call_properties(), "look for a call that is not there"
            )
    except RemoteError as error:
        return _judged(error, host, around, by_key=bool(address.access_key))
    return fine(f"{host} takes {'the key' if address.access_key else 'our Entra token'}")


def _judged(error: RemoteError, host: str, around: Surroundings, *, by_key: bool) -> Found:
    told = f"{error.status} {error.code}".strip()
    if error.status == UNKNOWN_CALL:
        return fine(f"{host} takes {'the key' if by_key else 'our Entra token'}")
    if error.status in (401, 403):
        refused = KEY_REFUSED if by_key else ENTRA_REFUSED
        return refused.found(host=host, told=told, place=_place(around))
    if error.status == 429:
        return THROTTLED.found(host=host)
    raise error


async def token_keys(around: Surroundings) -> Found:
    """Whether the keys that verify ACS's tokens can be had."""
    if around.settings.bridge.verification == "unverified":
        return UNVERIFIED.found(place=around.place("bridge.verification"))
    import httpx

    from voiceagent.server.tokens import fetch_json

    url = around.settings.acs.jwks_url
    host = urlsplit(url).netloc
    try:
        document: Any = await fetch_json(url)()
    except ValueError as error:
        return KEYS_WRONG.found(host=host, why=type(error).__name__)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return KEYS_UNREACHABLE.found(host=host, why=_why(error))
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not keys:
        return KEYS_WRONG.found(host=host, why="an answer without keys")
    return fine(f"{len(keys)} at {host}")


def _why(error: Exception) -> str:
    from voiceagent.doctor.surroundings import reason

    status = getattr(getattr(error, "response", None), "status_code", None)
    return f"HTTP {status}" if status else reason(error)


def audience(around: Surroundings) -> Found:
    """Whether the audience of the tokens is set, and can be one."""
    acs = around.settings.acs
    if around.settings.bridge.verification == "unverified":
        return skipped("bridge.verification is unverified")
    if not acs.resource_id:
        return NO_AUDIENCE.found()
    try:
        uuid.UUID(acs.resource_id)
    except ValueError:
        kind = "an ARM id" if acs.resource_id.startswith("/") else "an address" if "." in acs.resource_id else "no GUID"
        return AUDIENCE_FORM.found(place=around.place("acs.resource_id"), given=kind)
    return fine(around.discreet(acs.resource_id, end=4))


def event_secret(around: Surroundings) -> Found:
    """Whether strangers are told from Event Grid."""
    secret = str.__str__(around.settings.acs.event_secret)
    if not secret and around.settings.acs.emulator_url:
        return skipped("the emulators' secret is made by `serve`")
    if not secret:
        return NO_EVENT_SECRET.found()
    if len(secret) < WEAK_SECRET:
        return WEAK_EVENT_SECRET.found(place=around.place("acs.event_secret"), count=len(secret))
    return fine(f"set ({around.place('acs.event_secret')})")


def _place(around: Surroundings) -> str:
    name = "acs.connection_string" if around.settings.acs.connection_string else "acs.endpoint"
    return around.place(name)
