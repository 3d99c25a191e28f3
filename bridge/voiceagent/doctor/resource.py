"""The resources as Azure's management shows them: Communication Services, its numbers, and where Voice Live's is."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from voiceagent.doctor.addresses import acs_address, engine_url
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.regions import VOICE_LIVE, offered_in, plain, regions_of
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError

Item = TypeVar("Item")
NOT_FOUND = 404

NO_SUBSCRIPTION = "no Azure subscription is set, so its management is not asked"
SET_SUBSCRIPTION = "set AZURE_SUBSCRIPTION_ID; `az account show --query id` tells it"

ROLE_MISSING = Cause(
    "role_missing",
    "failed",
    "{who} may not read the resources of subscription {subscription}: {told}",
    "give it the role Contributor on the resource group; Reader is enough for `doctor`",
)
SUBSCRIPTION_UNKNOWN = Cause(
    "subscription_unknown",
    "failed",
    "there is no Azure subscription {subscription} for {who}",
    "check AZURE_SUBSCRIPTION_ID; `az account list` shows those that can be seen",
)
RESOURCE_UNKNOWN = Cause(
    "acs_resource_unknown",
    "failed",
    "no Communication Services resource of subscription {subscription} is at {host}",
    "check AZURE_SUBSCRIPTION_ID against the resource of the connection string, or set cloud.acs_resource_id",
    "voiceagent provision status",
)
LOCAL_AUTH_OFF = Cause(
    "acs_keys_disabled",
    "failed",
    "the resource {name} has its keys switched off (disableLocalAuth), and acs.connection_string is a key",
    "set ACS_ENDPOINT in its place and give the identity a role, or allow keys on the resource",
)
AUDIENCE_WRONG = Cause(
    "audience_wrong",
    "failed",
    "acs.resource_id ({place}) is {given}, and the resource {name} has the immutable id {real}: every callback and every media "
    "socket is refused",
    "set ACS_AUDIENCE to {full}",
)
NO_NUMBERS = Cause(
    "no_numbers",
    "warning",
    "the resource has no phone numbers: no telephone can reach it",
    "buy one; a tenant that may not has Teams Phone Extensibility, a Twilio number, or the emulator",
    "voiceagent provision plan",
)
NUMBER_GONE = Cause(
    "number_released",
    "failed",
    "acs.phone_number {number} ({place}) is not a number of the resource: it was released, or is another resource's",
    "set ACS_SOURCE_PHONE_NUMBER to one it has: {others}",
    "voiceagent provision status",
)
NO_INBOUND = Cause(
    "number_no_inbound",
    "failed",
    "{number} cannot be called: its calling capability is {capability}",
    "give it inbound calling (Azure portal: Phone numbers, Capabilities, or `voiceagent provision plan`)",
    "voiceagent provision plan",
)
NO_OUTBOUND = Cause(
    "number_no_outbound",
    "warning",
    "{number} cannot place calls, and {count} transfer targets are telephones",
    "give it outbound calling, or remove the targets",
    "voiceagent provision plan",
)
MODEL_ELSEWHERE = Cause(
    "model_not_in_region",
    "failed",
    "engine.model {model} ({place}) is not offered in {region}, where the resource {name} is",
    "set AZURE_VOICELIVE_MODEL to one of that region, or make a resource in: {regions}",
)
NO_VOICE_LIVE = Cause(
    "voice_live_not_in_region",
    "failed",
    "Voice Live is not offered in {region}, where the resource {name} is",
    "make a resource in: {regions}",
)


async def communication(around: Surroundings) -> Found:
    """The resource behind the connection string: whether it can be read, takes keys, and has the audience that is set."""
    settings = around.settings
    address = acs_address(settings)
    if not settings.cloud.subscription_id:
        return skipped(NO_SUBSCRIPTION, SET_SUBSCRIPTION)
    if address is None:
        return skipped("no ACS settings; the phone is emulated")
    host = urlsplit(address.endpoint).netloc
    try:
        found = await _resource(around, host)
    except RemoteError as error:
        return _not_read(error, around)
    if found is None:
        return RESOURCE_UNKNOWN.found(subscription=_subscription(around), host=host)
    around.notes["acs"] = found
    if found.disable_local_auth and address.access_key:
        return LOCAL_AUTH_OFF.found(name=found.name)
    wanted, given = found.immutable_resource_id or "", settings.acs.resource_id
    if settings.bridge.verification == "required" and wanted and given.lower() != wanted.lower():
        return AUDIENCE_WRONG.found(
            name=found.name,
            place=around.place("acs.resource_id"),
            given=around.discreet(given, end=4),
            real=around.discreet(wanted, end=4),
            full=wanted if around.unredacted else "`immutableResourceId` of the resource (`doctor --unredacted` shows it)",
        )
    return fine(f"{found.name}, {_state(found)}, the audience is right")


async def _resource(around: Surroundings, host: str) -> Any:
    azure = await around.azure()
    wanted = around.settings.cloud.acs_resource_id
    for one in await read_all(
        azure, azure.acs.communication_services.list_by_subscription(), "list the Communication Services"
    ):
        if (wanted and str(one.id).lower() == wanted.lower()) or (not wanted and str(one.host_name).lower() == host.lower()):
            return one
    return None


def _not_read(error: RemoteError, around: Surroundings) -> Found:
    facts = {"subscription": _subscription(around), "who": around.notes.get("who", "whoever is signed in"), "told": error.code}
    if error.code in ("SubscriptionNotFound", "InvalidSubscriptionId"):
        return SUBSCRIPTION_UNKNOWN.found(**facts)
    if error.status in (401, 403):
        return ROLE_MISSING.found(**{**facts, "told": f"{error.status} {error.code}".strip()})
    raise error


async def numbers(around: Surroundings) -> Found:
    """The numbers of the resource: that ours is among them, and can be called."""
    azure = await around.azure()
    settings = around.settings
    ours = settings.acs.phone_number
    owned = await read_all(azure, azure.numbers.list_purchased_phone_numbers(), "list the phone numbers")
    around.notes["numbers"] = owned
    if not ours:
        return fine(f"{len(owned)} of the resource, none is set") if owned else NO_NUMBERS.found()
    mine = next((one for one in owned if one.phone_number == str.__str__(ours)), None)
    number = around.discreet(str.__str__(ours))
    if mine is None:
        others = ", ".join(around.discreet(one.phone_number) for one in owned) or "it has none"
        return NUMBER_GONE.found(number=number, place=around.place("acs.phone_number"), others=others)
    calling = str(getattr(mine.capabilities.calling, "value", mine.capabilities.calling))
    if "inbound" not in calling:
        return NO_INBOUND.found(number=number, capability=calling)
    phones = [one for one in settings.transfer.targets.values() if one.phone_number]
    if phones and "outbound" not in calling:
        return NO_OUTBOUND.found(number=number, count=len(phones))
    return fine(f"{number}, {calling}")


async def region(around: Surroundings) -> Found:
    """Whether the engine's model is offered where its resource is."""
    settings = around.settings
    if not settings.cloud.subscription_id:
        return skipped(NO_SUBSCRIPTION, SET_SUBSCRIPTION)
    if settings.engine.profile or settings.engine.agent.name or settings.engine.agent.id:
        return skipped("a model of your own, or an agent's")
    azure = await around.azure()
    name = (urlsplit(engine_url(settings)).hostname or "").partition(".")[0]
    try:
        accounts = await read_all(azure, azure.ai.accounts.list(), "list the AI Services resources")
    except RemoteError as error:
        if error.status == NOT_FOUND:
            return skipped("Azure lists no AI Services resources here")
        return _not_read(error, around)
    found = next((one for one in accounts if name in (str(one.name).lower(), _sub_domain(one))), None)
    if found is None:
        return skipped(f"no AI Services resource of the subscription is named {name}")
    where = str(found.location)
    facts = {"region": where, "name": found.name}
    if plain(where) not in VOICE_LIVE:
        return NO_VOICE_LIVE.found(**facts, regions=", ".join(sorted(VOICE_LIVE)))
    if offered_in(settings.engine.model, where) is False:
        return MODEL_ELSEWHERE.found(
            **facts,
            model=settings.engine.model,
            place=around.place("engine.model"),
            regions=", ".join(regions_of(settings.engine.model)),
        )
    return fine(f"{settings.engine.model} in {where}")


def _state(resource: Any) -> str:
    return str(getattr(resource.provisioning_state, "value", resource.provisioning_state))


def _sub_domain(account: Any) -> str:
    return str(getattr(account.properties, "custom_sub_domain_name", "") or "").lower()


def _subscription(around: Surroundings) -> str:
    return around.discreet(around.settings.cloud.subscription_id, end=4)


async def read_all(azure: Any, pages: AsyncIterable[Item], what: str) -> list[Item]:
    """All pages of a list. Raises RemoteError; `what` is for its sentence."""

    async def read() -> list[Item]:
        return [one async for one in pages]

    found: list[Item] = await azure.asked(read(), what)
    return found
