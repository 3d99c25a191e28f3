"""Everything that settings want to stand in Azure, in the order in which it is made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.cloud.names import (
    DEAD_LETTERS,
    RECORDINGS,
    TAG,
    TOPIC_TYPE,
    Names,
    names_of,
    parts_of,
    role_id,
)
from voiceagent.cloud.prices import list_price
from voiceagent.cloud.resource import Resource
from voiceagent.cloud.subscriptions import subscriptions
from voiceagent.config.cloud import CloudSection, Part
from voiceagent.config.schema import Settings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What must be asked before anything can be wanted. `runner` is whoever is signed in: object id and kind."""

    acs_id: str = ""
    """The ARM id of the Communication Services resource that the settings mean; empty when there is none yet."""
    runner: tuple[str, str] = ("", "")
    public_url: str = ""
    event_secret: str = field(default="", repr=False)
    in_env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the project's `.env` says already, whoever wrote it."""


def wanted(settings: Settings, around: Surroundings) -> list[Resource]:
    """All of it. What depends on an address that is not known yet is left out (`not_yet` tells)."""
    cloud, names = settings.cloud, names_of(settings.cloud)
    found = [
        *_providers(cloud, needs_engine=needs_engine(settings)),
        _group(cloud, names),
        _acs(cloud, names, around.acs_id),
    ]
    if needs_engine(settings):
        found.append(_voice_live(cloud, names))
        found += _roles_of_runner(settings, names, around.runner)
        if "speech" in cloud.make:
            found.append(_role("Cognitive Services User", names, to="{acs.principal_id}", on=names.voice_live_id))
    if needs_storage(cloud):
        found += _storage(cloud, names)
    if "number" in cloud.make:
        found += _given_number(settings) if settings.acs.phone_number else number_wanted(cloud)
    if "events" in cloud.make:
        if cloud.event_grid.at == "topic":
            found.append(_topic(cloud, names))
        found.append(_settings(settings, names, around))
        found += subscriptions(settings, names, url=around.public_url, secret=around.event_secret)
    else:
        found.append(_settings(settings, names, around))
    return found


def not_yet(settings: Settings, around: Surroundings) -> list[str]:
    """What is wanted but cannot be planned at present, as sentences."""
    if "events" in settings.cloud.make and not around.public_url:
        return [
            "Calls are not announced to a bridge yet, for no public address is known: `voiceagent serve` with a tunnel points "
            "them to itself, or give --url."
        ]
    return []


def needs_engine(settings: Settings) -> bool:
    """Whether a Voice Live resource is to be made: one is wanted and no other is set."""
    ours = names_of(settings.cloud).voice_live
    mine = not settings.engine.endpoint or ours in settings.engine.endpoint
    return "voice_live" in settings.cloud.make and settings.engine.kind in ("auto", "voice-live") and mine


def needs_storage(cloud: CloudSection) -> bool:
    """Whether there must be a storage account: for recordings, or for events that could not be delivered."""
    return "recordings" in cloud.make or ("events" in cloud.make and cloud.event_grid.dead_letters)


def _providers(cloud: CloudSection, *, needs_engine: bool) -> Iterator[Resource]:
    for namespace, is_needed in (
        ("Microsoft.Communication", True),
        ("Microsoft.CognitiveServices", needs_engine),
        ("Microsoft.Storage", needs_storage(cloud)),
        ("Microsoft.EventGrid", "events" in cloud.make),
    ):
        if is_needed:
            yield Resource("provider", namespace, {"namespace": namespace}, must={"registrationState": "Registered"})


def _tags(cloud: CloudSection) -> dict[str, str]:
    return {TAG: cloud.name}


def _group(cloud: CloudSection, names: Names) -> Resource:
    return Resource("resource_group", names.group, {"group": names.group}, {"location": cloud.location, "tags": _tags(cloud)})


def _acs(cloud: CloudSection, names: Names, given: str) -> Resource:
    """The one that settings name, or ours. An identity is only given to one that needs it."""
    identity: Mapping[str, Any] = {"identity": {"type": "SystemAssigned"}} if _wants_identity(cloud) else {}
    group, name = parts_of(given)[1:] if given else (names.group, names.acs)
    return Resource(
        "acs",
        name,
        {"group": group, "name": name},
        {"location": "global", "tags": _tags(cloud), **identity, "properties": {"dataLocation": cloud.data_location}},
        must=identity,
        gives={"acs.id": given or names.acs_id, "acs.name": name, "acs.group": group},
        is_given=bool(given) and given.lower() != names.acs_id.lower(),
    )


def _wants_identity(cloud: CloudSection) -> bool:
    speech: tuple[Part, ...] = ("speech", "recordings")
    return any(part in cloud.make for part in speech)


def _voice_live(cloud: CloudSection, names: Names) -> Resource:
    name = names.voice_live
    return Resource(
        "voice_live",
        name,
        {"group": names.group, "name": name, "location": cloud.location},
        {
            "location": cloud.location,
            "kind": "AIServices",
            "sku": {"name": "S0"},
            "identity": {"type": "SystemAssigned"},
            "tags": _tags(cloud),
            "properties": {"customSubDomainName": name, "publicNetworkAccess": "Enabled"},
        },
        must={"kind": "AIServices", "properties": {"customSubDomainName": name}},
        gives={"voice_live.endpoint": f"https://{name}.services.ai.azure.com"},
    )


def _roles_of_runner(settings: Settings, names: Names, runner: tuple[str, str]) -> Iterator[Resource]:
    """Whoever provisions also runs the bridge on this machine, signed in and without a key."""
    principal, kind = runner
    if principal:
        yield _role("Cognitive Services User", names, to=principal, on=names.voice_live_id, kind=kind)
        if settings.engine.agent.name:
            yield _role("Azure AI User", names, to=principal, on=names.voice_live_id, kind=kind)


def _role(role: str, names: Names, *, to: str, on: str, kind: str = "ServicePrincipal") -> Resource:
    """A role for a principal of that kind, on the resource with the ARM id `on`."""
    who = "Communication Services" if to.startswith("{") else "you"
    return Resource(
        "role",
        f"{role} for {who} on {on.rsplit('/', 1)[-1]}",
        {"scope": on, "principal": to, "role": role},
        {
            "properties": {
                "roleDefinitionId": role_id(names.subscription_id, role),
                "principalId": to,
                "principalType": kind,
            }
        },
    )


def _storage(cloud: CloudSection, names: Names) -> Iterator[Resource]:
    account = {"group": names.group, "name": names.storage}
    yield Resource(
        "storage_account",
        names.storage,
        account,
        {
            "location": cloud.location,
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "tags": _tags(cloud),
            "properties": {"minimumTlsVersion": "TLS1_2", "allowBlobPublicAccess": False, "supportsHttpsTrafficOnly": True},
        },
        must={"properties": {"allowBlobPublicAccess": False}},
    )
    if "recordings" in cloud.make:
        yield _container(RECORDINGS, account)
        yield _role("Storage Blob Data Contributor", names, to="{acs.principal_id}", on=names.storage_id)
    if "events" in cloud.make and cloud.event_grid.dead_letters:
        yield _container(DEAD_LETTERS, account)


def _container(name: str, account: Mapping[str, str]) -> Resource:
    return Resource("container", name, {**account, "container": name}, {"properties": {"publicAccess": "None"}})


def number_wanted(cloud: CloudSection) -> tuple[Resource, Resource]:
    """The search for a number, and its purchase."""
    wish = cloud.number
    area = {"areaCode": wish.area_code} if wish.area_code else {}
    words = f"{wish.country} {wish.type}" + (f" {wish.area_code}" if wish.area_code else "")
    search = Resource(
        "search",
        words,
        {"country": wish.country, "acs": "{acs.name}"},
        {
            "phoneNumberType": wish.type,
            "assignmentType": "application",
            "capabilities": {"calling": wish.calling, "sms": wish.sms},
            **area,
            "quantity": 1,
        },
    )
    number = Resource(
        "number",
        words,
        {"acs": "{acs.name}", "search": "{search.id}", "bought": "{search.number}"},
        {"searchId": "{search.id}", "agreeToNotResell": wish.no_resale},
        cost=list_price(wish.country, wish.type),
    )
    return search, number


def _given_number(settings: Settings) -> Iterator[Resource]:
    """One that settings name is never bought, though the resource may not own it (direct routing)."""
    number = str.__str__(settings.acs.phone_number)
    yield Resource("number", number, {"acs": "{acs.name}", "exactly": number}, gives={"number.number": number}, is_given=True)


def _topic(cloud: CloudSection, names: Names) -> Resource:
    return Resource(
        "topic",
        names.topic,
        {"group": names.group, "name": names.topic, "source": "{acs.id}"},
        {
            "location": "global",
            "tags": _tags(cloud),
            "properties": {"source": "{acs.id}", "topicType": TOPIC_TYPE},
        },
        gives={"topic.name": names.topic, "topic.group": names.group},
    )


def _settings(settings: Settings, names: Names, around: Surroundings) -> Resource:
    """What the bridge must be told, in the project's `.env`; what is set already is left alone."""
    number = (
        {}
        if settings.acs.phone_number or "number" not in settings.cloud.make
        else {"ACS_SOURCE_PHONE_NUMBER": "{number.number}"}
    )
    body = {
        **(
            {}
            if settings.acs.connection_string or settings.acs.endpoint
            else {"ACS_CONNECTION_STRING": "{acs.connection_string}"}
        ),
        **({} if settings.acs.resource_id else {"ACS_AUDIENCE": "{acs.immutable_id}"}),
        **number,
        **({} if settings.acs.event_secret else {"VOICEAGENT_EVENT_SECRET": around.event_secret}),
        **(
            {}
            if settings.engine.endpoint or not needs_engine(settings)
            else {"AZURE_VOICELIVE_ENDPOINT": "{voice_live.endpoint}"}
        ),
        **({} if settings.recording.container_url or "recordings" not in settings.cloud.make else _container_url(names)),
        **_subscription(names, around.in_env),
        **({} if settings.cloud.resource_group else {"AZURE_RESOURCE_GROUP": names.group}),
    }
    return Resource("settings", ".env", {}, body, must=dict.fromkeys(body, "{settings.value}"))  # any value will do


def _subscription(names: Names, in_env: Mapping[str, str]) -> dict[str, str]:
    """It is set in any case, perhaps in the shell of today alone: the next command must find it in the project."""
    found, name = in_env.get("AZURE_SUBSCRIPTION_ID", ""), "AZURE_SUBSCRIPTION_ID"
    return {} if found.lower() == names.subscription_id.lower() else {name: names.subscription_id}


def _container_url(names: Names) -> dict[str, str]:
    return {"AZURE_STORAGE_CONTAINER_URL": f"https://{names.storage}.blob.core.windows.net/{RECORDINGS}"}
