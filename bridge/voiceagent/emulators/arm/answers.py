"""Resources as the Resource Manager shows them: secrets hidden, addresses of webhooks without their query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voiceagent.emulators.arm.state import Operation, Registered, Resources, Topic

HIDDEN = "Hidden"


def topic(found: Topic) -> dict[str, Any]:
    """SystemTopic."""
    body, properties = found.body, found.body.get("properties") or {}
    shown: dict[str, Any] = {
        "id": found.topic_id,
        "name": found.name,
        "type": "Microsoft.EventGrid/systemTopics",
        "location": body.get("location", "global"),
        "tags": body.get("tags") or {},
        "properties": {
            "provisioningState": "Succeeded",
            "source": found.source,
            "topicType": properties.get("topicType", "Microsoft.Communication.CommunicationServices"),
        },
    }
    if body.get("identity"):
        shown["identity"] = body["identity"]
    return shown


def subscription(found: Registered, resources: Resources) -> dict[str, Any]:
    """EventSubscription."""
    topic_id = resources.acs_id if "/systemtopics/" not in found.scope.lower() else found.scope
    return {
        "id": found.resource_id,
        "name": found.name,
        "type": "Microsoft.EventGrid/eventSubscriptions",
        "properties": {
            **found.properties,
            "topic": topic_id,
            "provisioningState": found.state,
            "destination": _destination(found.properties["destination"]),
        },
    }


def _destination(written: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in written["properties"].items() if name != "endpointUrl"}
    properties["endpointBaseUrl"] = written["properties"]["endpointUrl"].partition("?")[0]
    if properties.get("deliveryAttributeMappings"):
        properties["deliveryAttributeMappings"] = attributes(written)
    return {**written, "properties": properties}


def attributes(destination: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The delivery headers, secret ones without their value."""
    written = destination["properties"].get("deliveryAttributeMappings") or []
    return [
        {**one, "properties": {**one["properties"], "value": HIDDEN}}
        if one.get("properties", {}).get("isSecret")
        else dict(one)
        for one in written
    ]


def operation(found: Operation, path: str, now: float) -> dict[str, Any]:
    """An asynchronous operation at its own address, `path`; `now` in seconds."""
    body: dict[str, Any] = {"id": path, "name": found.operation_id, "status": found.status(now)}
    if body["status"] == "Failed":
        body["error"] = dict(found.error or {})
    return body


def communication(body: Mapping[str, Any], *, resource_id: str, immutable_id: str, host: str) -> dict[str, Any]:
    """CommunicationServiceResource. `body` is what it was made with."""
    properties = body.get("properties") or {}
    shown = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": "Microsoft.Communication/CommunicationServices",
        "location": "global",
        "tags": body.get("tags") or {},
        "properties": {
            "provisioningState": "Succeeded",
            "hostName": host,
            "dataLocation": properties.get("dataLocation", "United States"),
            "immutableResourceId": immutable_id,
            "linkedDomains": [],
            "disableLocalAuth": False,
            "publicNetworkAccess": "Enabled",
        },
    }
    return {**shown, "identity": body["identity"]} if body.get("identity") else shown


def keys(key: str, connection_string: str) -> dict[str, str]:
    """CommunicationServiceKeys; the emulated resource has one key in both places."""
    return {
        "primaryKey": key,
        "secondaryKey": key,
        "primaryConnectionString": connection_string,
        "secondaryConnectionString": connection_string,
    }


def listed(shown: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One page, always the only one."""
    return {"value": list(shown)}
