"""What a deployment has to do: what is wanted less what is there. Pure.

Azure shows a resource with much that nobody asked for, and hides secrets; so a resource is as wanted when everything that was
asked for is there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from voiceagent.cloud.containers.requests import HIDDEN, Known
from voiceagent.cloud.containers.words import Resource, Wanted

Action = Literal["create", "update", "keep", "delete", "skip"]

OWNER_TAG = "voiceagent-app"
DIGEST_TAG = "voiceagent-digest"
"""On a secret: tells whether it is the wanted one, to nobody but those who know the secrets."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `request` is what is sent, with secrets hidden; None where nothing is."""

    action: Action
    kind: str
    name: str
    detail: str = ""
    request: Mapping[str, Any] | None = field(default=None, repr=False)

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "action": self.action,
            "kind": self.kind,
            "name": self.name,
            "detail": self.detail,
            "cost": None,
            "request": self.request,
        }


def body_of(resource: Resource, known: Known, *, digests: Mapping[str, str]) -> dict[str, Any]:
    """What is asked of Azure for a resource: as described, with the marks by which it is known again."""
    body = known.body_of(resource)
    if resource.type in TAGGED:
        tags = {OWNER_TAG: str(known.wanted.named("app").name)}
        tags |= {DIGEST_TAG: digests[resource.symbol]} if resource.symbol in digests else {}
        body["tags"] = {**body.get("tags", {}), **tags}
    return body


TAGGED = frozenset(
    {
        "Microsoft.App/containerApps",
        "Microsoft.App/managedEnvironments",
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.KeyVault/vaults",
        "Microsoft.KeyVault/vaults/secrets",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
    }
)


def digests(wanted: Wanted, values: Mapping[str, str], key: bytes) -> dict[str, str]:
    """Of every secret that goes into the vault, by its symbol."""
    return {
        one.symbol: hmac.new(key, values[one.symbol.removesuffix("InVault")].encode(), "sha256").hexdigest()[:16]
        for one in wanted.resources
        if one.parent == "vault"
    }


def revision_suffix(body: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """What names a revision: another one whenever anything of what runs, or a secret of it, is another."""
    parts = json.dumps([body["properties"]["template"], sorted(digests.items())], sort_keys=True)
    return f"r{hashlib.sha256(parts.encode()).hexdigest()[:10]}"


def is_as_wanted(wanted: Any, found: Any, path: str = "") -> bool:
    """Whether all that was asked for is there. Ids and regions are compared without case and blanks, as Azure does."""
    if isinstance(wanted, Mapping):
        if path in _HIDDEN_BY_AZURE:
            return True
        theirs = {str(name).lower(): value for name, value in found.items()} if isinstance(found, Mapping) else {}
        return all(is_as_wanted(value, theirs.get(str(name).lower()), f"{path}.{name}") for name, value in wanted.items())
    if isinstance(wanted, str):
        unknown = path.endswith(_NEVER_TOLD) or wanted == HIDDEN or _NOT_KNOWN_YET.search(wanted)
        return bool(unknown) or (isinstance(found, str) and _same(wanted, found))
    if isinstance(wanted, Sequence):
        theirs_too = found if isinstance(found, Sequence) and not isinstance(found, str) else []
        if len(wanted) != len(theirs_too):
            return not wanted and not theirs_too
        return all(is_as_wanted(one, other, f"{path}[]") for one, other in zip(wanted, theirs_too, strict=True))
    return bool(wanted == found)


_NOT_KNOWN_YET = re.compile(r"\(\w+\.[\w.]+\)")
_NEVER_TOLD = (".properties.value", ".secrets[].value")
_HIDDEN_BY_AZURE = (".identity.userAssignedIdentities",)
"""Its keys are ids whose case changes on the way, and there is one only."""


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    plain = one.replace(" ", "").lower() == other.replace(" ", "").lower()
    return plain and (one.startswith("/subscriptions/") or one.isalnum())
