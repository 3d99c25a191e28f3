"""Everything in the emulated subscription that has no emulator of its own: groups, providers, accounts, roles, storage. Pure.

A resource is the body it was made with and what Azure adds. Its group, and for a child its parent, must be there; with a group
goes what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm import errors, types

ALWAYS_REGISTERED = frozenset({"microsoft.authorization", "microsoft.resources"})
"""Providers that every subscription has from the start."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart: `/scope/providers/NAMESPACE/type/name/...`. `action` is what is asked of it, or empty."""

    resource_id: str
    scope: str
    kind: str
    parent: str
    is_list: bool
    action: str = ""

    @property
    def group(self) -> str:
        """The id of its resource group, or empty."""
        words = self.resource_id.split("/")
        return "/".join(words[:5]) if len(words) > 4 and words[3].lower() == "resourcegroups" else ""


def take_apart(path: str, method: str) -> Address | None:
    """The address of a resource or of a list of them; None when it is neither."""
    scope, mark, rest = ("/" + path.strip("/")).rpartition("/providers/")
    words = rest.split("/")
    if not mark or len(words) < 2:
        return None
    namespace, *pairs = words
    action = pairs.pop() if method == "POST" and len(pairs) % 2 == 1 else ""
    is_list = len(pairs) % 2 == 1
    kind = "/".join([namespace, *pairs[::2]])
    resource_id = f"{scope}/providers/{'/'.join([namespace, *pairs])}"
    owner = pairs[:-1] if is_list else pairs[:-2]
    parent = f"{scope}/providers/{'/'.join([namespace, *owner])}" if owner else ""
    return Address(resource_id, scope, kind, parent, is_list, action)


class Things:
    """`registered` None: all providers are; otherwise those that were. The subscription's id is `azure`."""

    def __init__(self, azure: str, ids: Ids, *, groups: tuple[str, ...] = (), registered: set[str] | None = None) -> None:
        self.groups: dict[str, dict[str, Any]] = {}
        self.made: dict[str, dict[str, Any]] = {}
        self.deleted: dict[str, dict[str, Any]] = {}
        self._registered = registered
        self._azure = azure
        self._ids = ids
        for name in groups:
            self.put_group(name, {"location": "westeurope"})

    # --- providers

    def is_registered(self, namespace: str) -> bool:
        """Whether resources of this provider may be made."""
        return self._registered is None or namespace.lower() in {*self._registered, *ALWAYS_REGISTERED}

    def register(self, namespace: str) -> None:
        """From now on they may."""
        if self._registered is not None:
            self._registered.add(namespace.lower())

    def must_be_registered(self, namespace: str) -> None:
        """A Refusal with the code by which clients know that they must register it."""
        if not self.is_registered(namespace):
            raise errors.not_registered(namespace)

    # --- groups

    def put_group(self, name: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """Make or change a resource group; returns it, and whether it is new."""
        is_new = name.lower() not in self.groups
        group_id = f"/subscriptions/{self._azure}/resourceGroups/{name}"
        found = {**body, "id": group_id, "name": name, "properties": {"provisioningState": "Succeeded"}}
        self.groups[name.lower()] = {
            "location": "westeurope",
            "tags": {},
            "type": "Microsoft.Resources/resourceGroups",
            **found,
        }
        return self.groups[name.lower()], is_new

    def group(self, name: str) -> dict[str, Any]:
        """A Refusal with 404 when there is none."""
        if (found := self.groups.get(name.lower())) is None:
            raise errors.no_such_group(name)
        return found

    def drop_group(self, name: str) -> None:
        """The group and what is in it."""
        prefix = f"{self.group(name)['id']}/".lower()
        del self.groups[name.lower()]
        for key in [key for key in self.made if key.startswith(prefix)]:
            self._forget(key)

    def inside(self, group: str) -> list[dict[str, Any]]:
        """The resources of a group, without the children of resources and what hangs on them."""
        prefix = f"{self.group(group)['id']}/providers/".lower()
        return [body for key, body in self.made.items() if key.startswith(prefix) and key.count("/") == prefix.count("/") + 2]

    # --- resources

    def get(self, at: Address) -> dict[str, Any]:
        """A Refusal with 404 when there is none."""
        if (found := self.made.get(at.resource_id.lower())) is None:
            raise errors.not_found(at.resource_id)
        return found

    def put(self, at: Address, body: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
        """Make or replace a resource; returns it and the status of the answer."""
        self._must_have_room(at)
        key, before = at.resource_id.lower(), self.made.get(at.resource_id.lower())
        if at.kind.lower() == "microsoft.authorization/roleassignments":
            self._must_be_new_role(at, body)
        if key in self.deleted and not (body.get("properties") or {}).get("restore"):
            raise errors.still_kept(at.resource_id)
        self.deleted.pop(key, None)
        kept = {} if before is None else {name: before[name] for name in ("identity",) if name in before and name not in body}
        self.made[key] = types.shape(at.resource_id, at.kind, {**kept, **body}, self._ids)
        made_with = 200 if at.kind.lower() in types.MADE_WITH_200 else 201
        return self.made[key], made_with if before is None else 200

    def patch(self, at: Address, body: Mapping[str, Any]) -> dict[str, Any]:
        """Merge into what is there; returns all of it. A Refusal with 404 when there is none."""
        changed = types.merged(self.get(at), body)
        self.made[at.resource_id.lower()] = types.with_identity(changed, self._ids)
        return self.made[at.resource_id.lower()]

    def drop(self, at: Address) -> bool:
        """Whether there was such a resource. Its children go with it."""
        key = at.resource_id.lower()
        if key not in self.made:
            return False
        for child in [one for one in self.made if one.startswith(f"{key}/")]:
            self._forget(child)
        self._forget(key)
        return True

    def purge(self, group: str, name: str) -> bool:
        """Forget a deleted account for good; whether there was one."""
        key = f"{self._group_id(group)}/providers/microsoft.cognitiveservices/accounts/{name}".lower()
        return self.deleted.pop(key, None) is not None

    def under(self, at: Address) -> Iterator[dict[str, Any]]:
        """The resources of a list: of this type, in the scope or under the parent."""
        if not types.known(at.kind):
            raise errors.no_such_type(at.kind)
        prefix, kind = f"{at.parent or at.scope}/".lower(), types.spelled(at.kind)
        return (body for key, body in self.made.items() if key.startswith(prefix) and body["type"] == kind)

    def _must_have_room(self, at: Address) -> None:
        if not types.known(at.kind):
            raise errors.no_such_type(at.kind)
        self.must_be_registered(at.kind.partition("/")[0])
        if at.group:
            self.group(at.group.rsplit("/", 1)[-1])
        if at.parent and not at.parent.lower().endswith("/blobservices/default") and at.parent.lower() not in self.made:
            raise errors.no_parent(at.parent)

    def _must_be_new_role(self, at: Address, body: Mapping[str, Any]) -> None:
        """One assignment of a role to a principal and scope: a second under another name is refused."""
        wanted = _role_of(body)
        for key, found in self.made.items():
            if key != at.resource_id.lower() and key.startswith(f"{at.scope}/".lower()) and _role_of(found) == wanted:
                raise Refusal(409, "RoleAssignmentExists", "The role assignment already exists.")

    def _forget(self, key: str) -> None:
        body = self.made.pop(key)
        if body["type"].lower() in types.KEPT_WHEN_DELETED:
            self.deleted[key] = body

    def _group_id(self, name: str) -> str:
        return f"/subscriptions/{self._azure}/resourceGroups/{name}"


def _role_of(body: Mapping[str, Any]) -> tuple[str, str] | None:
    properties = body.get("properties") or {}
    found = str(properties.get("roleDefinitionId", "")).lower(), str(properties.get("principalId", ""))
    return found if all(found) else None
