"""Requests about groups, providers and the resources that have no emulator of their own: verb by verb."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.arm import errors
from voiceagent.emulators.arm.paths import Place
from voiceagent.emulators.arm.things import Address, Things, take_apart

KINDS = frozenset({"group", "groups", "inside", "provider", "deleted", "thing"})
"""The kinds of addresses that are answered here."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; without a body an empty one."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(things: Things, method: str, place: Place, body: Mapping[str, Any]) -> Reply:
    """What the client gets; a Refusal is raised."""
    match place.kind, method:
        case "group", "GET":
            return Reply(200, things.group(place.group))
        case "group", "HEAD":
            things.group(place.group)
            return Reply(204)
        case "group", "PUT":
            found, is_new = things.put_group(place.group, body)
            return Reply(201 if is_new else 200, found)
        case "group", "DELETE":
            things.drop_group(place.group)
            return Reply(200)
        case "groups", "GET":
            return _listed(things.groups.values())
        case "inside", "GET":
            return _listed(things.inside(place.group))
        case "provider", "GET":
            return Reply(200, _provider(things, place))
        case "provider", "POST":
            things.register(place.name)
            return Reply(200, _provider(things, place))
        case "deleted", _:
            return _deleted(things, method, place)
        case "thing", _:
            if (at := take_apart(place.path, method)) is not None:
                return _thing(things, method, at, body)
    raise errors.not_allowed(method, place.path)


def _thing(things: Things, method: str, at: Address, body: Mapping[str, Any]) -> Reply:
    match method:
        case "GET":
            return _listed(things.under(at)) if at.is_list else Reply(200, things.get(at))
        case "PUT" if not at.is_list:
            found, status = things.put(at, body)
            return Reply(status, found)
        case "PATCH" if not at.is_list:
            return Reply(200, things.patch(at, body))
        case "DELETE" if not at.is_list:
            return Reply(200 if things.drop(at) else 204)
        case "POST" if at.action.lower() == "listkeys":
            return Reply(200, _keys(things.get(at)))
    raise errors.not_allowed(method, at.resource_id)


def _keys(found: Mapping[str, Any]) -> dict[str, Any]:
    """What clients of the types that have keys look for, all at once; the keys themselves open nothing."""
    name = str(found["name"])
    return {
        "key1": f"emulated-{name}",
        "key2": f"emulated-{name}",
        "primaryKey": f"emulated-{name}",
        "secondaryKey": f"emulated-{name}",
        "primarySharedKey": f"emulated-{name}",
        "secondarySharedKey": f"emulated-{name}",
        "keys": [{"keyName": "key1", "value": "ZW11bGF0ZWQ=", "permissions": "FULL"}],
    }


def _deleted(things: Things, method: str, place: Place) -> Reply:
    if method == "GET" and not place.name:
        return _listed(things.deleted.values())
    if method == "DELETE" and place.name:
        return Reply(200 if things.purge(place.group, place.name) else 204)
    raise errors.not_allowed(method, place.path)


def _provider(things: Things, place: Place) -> dict[str, Any]:
    state = "Registered" if things.is_registered(place.name) else "NotRegistered"
    name = f"/subscriptions/{place.azure}/providers/{place.name}"
    return {"id": name, "namespace": place.name, "registrationState": state, "resourceTypes": []}


def _listed(found: Iterable[Mapping[str, Any]]) -> Reply:
    return Reply(200, {"value": list(found)})
