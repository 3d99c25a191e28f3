"""How each kind of resource is found, made, changed and removed by Azure's own clients: one request changes, the rest only ask.

Bodies go as they were planned; addresses, versions and waiting are the clients' affair. Answers are taken as they come.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.cloud import number_kinds
from voiceagent.cloud.azure import Azure
from voiceagent.cloud.names import assignment_name
from voiceagent.cloud.resource import Kind, Resource, open_places
from voiceagent.errors import RemoteError

Body = Mapping[str, Any]
Find = Callable[[Azure, Resource], Awaitable[Body | None]]
Send = Callable[[Azure, Resource, bool], Awaitable[Body]]
Remove = Callable[[Azure, Resource], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Doing:
    """`send` is told whether the resource is new. `remove` None: it is not ours to remove."""

    find: Find
    send: Send
    remove: Remove | None = None


def on_the_wire(response: Any, *_: Any) -> dict[str, Any]:
    """What the clients are told to return: the answer as the service wrote it."""
    text = response.http_response.text()
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


async def found_or_none(azure: Azure, request: Awaitable[Any], what: str) -> Body | None:
    """What a resource answers when it is read; None for 404. Raises RemoteError for all else; `what` is for its sentence."""
    try:
        answer: Body = await azure.asked(request, what)
    except RemoteError as error:
        if error.status == 404:
            return None
        raise
    return answer


async def _sent(azure: Azure, begun: Awaitable[Any], what: str) -> Body:
    """Await a request and, where it takes a while, its end."""

    async def end() -> Body:
        answer: Any = await begun
        found: Body = await answer.result() if hasattr(answer, "result") else answer
        return found

    answer: Body | None = await azure.asked(end(), what)
    return answer or {}


def _bytes(body: Any) -> Any:
    return json.dumps(body).encode()


_WIRE: Mapping[str, Any] = {"cls": on_the_wire}


# --- providers and groups


async def _find_provider(azure: Azure, at: Resource) -> Body | None:
    return await found_or_none(
        azure, azure.resources.providers.get(at.name, **_WIRE), f"look at the resource provider {at.name}"
    )


async def _register(azure: Azure, at: Resource, _: bool) -> Body:
    return await _sent(azure, azure.resources.providers.register(at.name, **_WIRE), f"register {at.name}")


async def _find_group(azure: Azure, at: Resource) -> Body | None:
    request = azure.resources.resource_groups.get(at.at["group"], **_WIRE)
    return await found_or_none(azure, request, f"look at the resource group {at.name}")


async def _put_group(azure: Azure, at: Resource, _: bool) -> Body:
    request = azure.resources.resource_groups.create_or_update(at.at["group"], _bytes(at.body), **_WIRE)
    return await _sent(azure, request, f"make the resource group {at.name}")


async def _drop_group(azure: Azure, at: Resource) -> None:
    await _sent(azure, azure.resources.resource_groups.begin_delete(at.at["group"]), f"remove the resource group {at.name}")


# --- Communication Services


async def _find_acs(azure: Azure, at: Resource) -> Body | None:
    request = azure.acs.communication_services.get(at.at["group"], at.at["name"], **_WIRE)
    found = await found_or_none(azure, request, f"look at the Communication Services resource {at.name}")
    if found is not None:
        await know_acs(azure, at)
    return found


async def know_acs(azure: Azure, at: Resource) -> str:
    """Have numbers asked of this resource; returns its connection string."""
    request = azure.acs.communication_services.list_keys(at.at["group"], at.at["name"], **_WIRE)
    keys: Any = await azure.asked(request, f"read the keys of {at.name}")
    connection_string = str(keys.get("primaryConnectionString", ""))
    if not azure.acs_endpoint:
        azure.use_acs(connection_string)
    return connection_string


async def _put_acs(azure: Azure, at: Resource, is_new: bool) -> Body:
    services, where, what = azure.acs.communication_services, (at.at["group"], at.at["name"]), f"make {at.name}"
    if is_new:
        return await _sent(azure, services.begin_create_or_update(*where, _bytes(at.body), **_WIRE), what)
    return await _sent(azure, services.update(*where, _bytes(at.must), **_WIRE), f"change {at.name}")


async def _drop_acs(azure: Azure, at: Resource) -> None:
    await _sent(azure, azure.acs.communication_services.begin_delete(at.at["group"], at.at["name"]), f"remove {at.name}")


# --- Voice Live


async def _find_account(azure: Azure, at: Resource) -> Body | None:
    request = azure.ai.accounts.get(at.at["group"], at.at["name"], **_WIRE)
    return await found_or_none(azure, request, f"look at the Voice Live resource {at.name}")


async def _put_account(azure: Azure, at: Resource, is_new: bool) -> Body:
    where = (at.at["group"], at.at["name"])
    if is_new:
        request = azure.ai.accounts.begin_create(*where, _bytes(at.body), **_WIRE)
        return await _sent(azure, request, f"make the Voice Live resource {at.name}")
    request = azure.ai.accounts.begin_update(*where, _bytes({"properties": at.must["properties"]}), **_WIRE)
    return await _sent(azure, request, f"change the Voice Live resource {at.name}")


async def _drop_account(azure: Azure, at: Resource) -> None:
    await _sent(azure, azure.ai.accounts.begin_delete(at.at["group"], at.at["name"]), f"remove {at.name}")


async def _find_deleted(azure: Azure, at: Resource) -> Body | None:
    what = f"look for a deleted {at.name}"
    found: list[Any] = await azure.asked(_all(azure.ai.deleted_accounts.list()), what)
    return next(({"id": one.id} for one in found if one.name.lower() == at.at["name"].lower()), None)


async def _purge(azure: Azure, at: Resource) -> None:
    """What was deleted keeps its name for days otherwise, and a new one of the name cannot be made."""
    request = azure.ai.deleted_accounts.begin_purge(at.at["location"], at.at["group"], at.at["name"])
    await _sent(azure, request, f"purge the deleted {at.name}")


async def _all(listed: Any) -> list[Any]:
    return [one async for one in listed]


async def _never(_: Azure, at: Resource, __: bool) -> Body:
    raise AssertionError(f"{at.kind} is not made")


# --- roles and storage


async def _find_role(azure: Azure, at: Resource) -> Body | None:
    request = azure.roles.role_assignments.get(at.at["scope"], _assignment(at), **_WIRE)
    return await found_or_none(azure, request, f"look for the role {at.name}")


async def _put_role(azure: Azure, at: Resource, _: bool) -> Body:
    request = azure.roles.role_assignments.create(at.at["scope"], _assignment(at), _bytes(at.body), **_WIRE)
    try:
        return await _sent(azure, request, f"assign the role {at.name}")
    except RemoteError as error:
        if error.code == "RoleAssignmentExists":  # under another name, by somebody else: all is well
            return {}
        raise


async def _drop_role(azure: Azure, at: Resource) -> None:
    request = azure.roles.role_assignments.delete(at.at["scope"], _assignment(at))
    await _sent(azure, request, f"remove the role {at.name}")


def _assignment(at: Resource) -> str:
    """Made of whom the role is for; until they are known, an open place."""
    if list(open_places(at.at["principal"])):
        return "(role.assignment)"
    return assignment_name(scope=at.at["scope"], principal=at.at["principal"], role=at.at["role"])


async def _find_storage(azure: Azure, at: Resource) -> Body | None:
    request = azure.storage.storage_accounts.get_properties(at.at["group"], at.at["name"], **_WIRE)
    return await found_or_none(azure, request, f"look at the storage account {at.name}")


async def _put_storage(azure: Azure, at: Resource, is_new: bool) -> Body:
    accounts, where = azure.storage.storage_accounts, (at.at["group"], at.at["name"])
    if is_new:
        return await _sent(
            azure, accounts.begin_create(*where, _bytes(at.body), **_WIRE), f"make the storage account {at.name}"
        )
    return await _sent(azure, accounts.update(*where, _bytes(at.must), **_WIRE), f"change the storage account {at.name}")


async def _drop_storage(azure: Azure, at: Resource) -> None:
    await _sent(azure, azure.storage.storage_accounts.delete(at.at["group"], at.at["name"]), f"remove {at.name}")


async def _find_container(azure: Azure, at: Resource) -> Body | None:
    request = azure.storage.blob_containers.get(at.at["group"], at.at["name"], at.at["container"], **_WIRE)
    return await found_or_none(azure, request, f"look at the container {at.name}")


async def _put_container(azure: Azure, at: Resource, _: bool) -> Body:
    request = azure.storage.blob_containers.create(at.at["group"], at.at["name"], at.at["container"], _bytes(at.body), **_WIRE)
    return await _sent(azure, request, f"make the container {at.name}")


async def _drop_container(azure: Azure, at: Resource) -> None:
    request = azure.storage.blob_containers.delete(at.at["group"], at.at["name"], at.at["container"])
    await _sent(azure, request, f"remove the container {at.name}")


# --- Event Grid


async def _find_topic(azure: Azure, at: Resource) -> Body | None:
    """A source has one system topic, whatever its name: another's is used as it is."""
    source = at.at["source"].strip("/").lower()
    topics = await azure.asked(_all(azure.event_grid.system_topics.list_by_subscription()), "list the system topics")
    for one in topics:
        if (one.source or "").strip("/").lower() == source:
            shown: Body = one.serialize(keep_readonly=True)
            return {**shown, "tags": one.tags or {}}
    return None


async def _put_topic(azure: Azure, at: Resource, _: bool) -> Body:
    request = azure.event_grid.system_topics.begin_create_or_update(at.at["group"], at.at["name"], _bytes(at.body), **_WIRE)
    return await _sent(azure, request, f"make the system topic {at.name}")


async def _drop_topic(azure: Azure, at: Resource) -> None:
    request = azure.event_grid.system_topics.begin_delete(at.at["group"], at.at["name"])
    await _sent(azure, request, f"remove the system topic {at.name}")


async def find_subscription(azure: Azure, at: Resource) -> Body | None:
    """With its whole address, which a plain look hides behind its beginning."""
    client, where = _subscription_client(azure, at)
    found = await found_or_none(azure, client.get(*where, **_WIRE), f"look at the event subscription {at.name}")
    if found is None:
        return None
    full = await azure.asked(client.get_full_url(*where), f"read where {at.name} delivers to")
    destination = found["properties"]["destination"]
    inside = {**destination.get("properties", {}), "endpointUrl": getattr(full, "endpoint_url", "")}
    return {**found, "properties": {**found["properties"], "destination": {**destination, "properties": inside}}}


async def put_subscription(azure: Azure, at: Resource, _: bool) -> Body:
    """Event Grid asks the endpoint for its consent meanwhile. `handshake` is the patient and diagnosing way to do this."""
    client, where = _subscription_client(azure, at)
    request = client.begin_create_or_update(*where, _bytes(at.body), **_WIRE)
    return await _sent(azure, request, f"make the event subscription {at.name}")


async def drop_subscription(azure: Azure, at: Resource) -> None:
    """Remove an event subscription, and wait until it is gone. Raises RemoteError."""
    client, where = _subscription_client(azure, at)
    await _sent(azure, client.begin_delete(*where), f"remove the event subscription {at.name}")


def _subscription_client(azure: Azure, at: Resource) -> tuple[Any, tuple[str, ...]]:
    if "scope" in at.at:
        return azure.event_grid.event_subscriptions, (at.at["scope"], at.at["name"])
    return azure.event_grid.system_topic_event_subscriptions, (at.at["group"], at.at["topic"], at.at["name"])


KINDS: Mapping[Kind, Doing] = {
    "provider": Doing(_find_provider, _register),
    "resource_group": Doing(_find_group, _put_group, _drop_group),
    "acs": Doing(_find_acs, _put_acs, _drop_acs),
    "voice_live": Doing(_find_account, _put_account, _drop_account),
    "purge": Doing(_find_deleted, _never, _purge),
    "storage_account": Doing(_find_storage, _put_storage, _drop_storage),
    "container": Doing(_find_container, _put_container, _drop_container),
    "role": Doing(_find_role, _put_role, _drop_role),
    "topic": Doing(_find_topic, _put_topic, _drop_topic),
    "event_subscription": Doing(find_subscription, put_subscription, drop_subscription),
    "search": Doing(number_kinds.find_search, number_kinds.search),
    "number": Doing(number_kinds.find_number, number_kinds.buy, number_kinds.release),
}


def learned(resource: Resource, body: Body) -> dict[str, str]:
    """What is known of a resource once its body was seen, by the names under which others ask for it."""
    properties, identity = body.get("properties") or {}, body.get("identity") or {}
    words = str(body.get("id", "")).strip("/").split("/")
    match resource.kind:
        case "acs":
            found = {
                "acs.id": str(body.get("id", "")),
                "acs.principal_id": str(identity.get("principalId", "")),
                "acs.immutable_id": str(properties.get("immutableResourceId", "")),
            }
        case "voice_live":
            domain = properties.get("customSubDomainName")
            found = {"voice_live.endpoint": f"https://{domain}.services.ai.azure.com" if domain else ""}
        case "topic":
            found = {"topic.name": str(body.get("name", "")), "topic.group": words[3] if len(words) > 3 else ""}
        case "search" | "number":
            found = {name: str(value) for name, value in body.items() if name.startswith(f"{resource.kind}.")}
        case _:
            found = {}
    return {name: value for name, value in found.items() if value}
