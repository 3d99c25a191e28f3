"""The types of resources that can be made besides Event Grid's and the ACS resource: what Azure adds to each. Pure.

A type that is not listed is refused, so that a slip in a template is told here and not by Azure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voiceagent.emulators.acs.ids import Ids

Body = Mapping[str, Any]
Added = Callable[[str, Body, Ids], dict[str, Any]]


def name_of(resource_id: str) -> str:
    """The last word of an ARM id."""
    return resource_id.rsplit("/", 1)[-1]


def _nothing(_: str, __: Body, ___: Ids) -> dict[str, Any]:
    return {}


def _account(resource_id: str, body: Body, _: Ids) -> dict[str, Any]:
    domain = (body.get("properties") or {}).get("customSubDomainName") or name_of(resource_id)
    return {"endpoint": f"https://{domain}.cognitiveservices.azure.com/"}


def _identity(_: str, __: Body, ids: Ids) -> dict[str, Any]:
    return {"clientId": ids.guid(), "principalId": ids.guid(), "tenantId": ids.guid()}


def _storage(resource_id: str, _: Body, __: Ids) -> dict[str, Any]:
    name = name_of(resource_id)
    return {"primaryEndpoints": {"blob": f"https://{name}.blob.core.windows.net/"}, "primaryLocation": "emulated"}


def _vault(resource_id: str, _: Body, __: Ids) -> dict[str, Any]:
    return {"vaultUri": f"https://{name_of(resource_id)}.vault.azure.net/"}


def _registry(resource_id: str, _: Body, __: Ids) -> dict[str, Any]:
    return {"loginServer": f"{name_of(resource_id)}.azurecr.io"}


def _environment(_: str, body: Body, ids: Ids) -> dict[str, Any]:
    return {"defaultDomain": f"emulated-{ids.guid()[:8]}.{body.get('location', 'emulated')}.azurecontainerapps.io"}


def _app(resource_id: str, body: Body, ids: Ids) -> dict[str, Any]:
    name = name_of(resource_id)
    revision = f"{name}--{ids.guid()[:7]}"
    return {
        "latestRevisionName": revision,
        "latestReadyRevisionName": revision,
        "latestRevisionFqdn": f"{revision}.emulated.azurecontainerapps.io",
        "runningStatus": "Running",
        "configuration": _with_address(name, (body.get("properties") or {}).get("configuration") or {}),
    }


def _with_address(name: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
    ingress = configuration.get("ingress")
    if not isinstance(ingress, Mapping):
        return dict(configuration)
    return {**configuration, "ingress": {**ingress, "fqdn": f"{name}.emulated.azurecontainerapps.io"}}


def _workspace(_: str, __: Body, ids: Ids) -> dict[str, Any]:
    return {"customerId": ids.guid()}


def _component(_: str, __: Body, ids: Ids) -> dict[str, Any]:
    key = ids.guid()
    return {"InstrumentationKey": key, "ConnectionString": f"InstrumentationKey={key};IngestionEndpoint=https://emulated/"}


def _redis(resource_id: str, _: Body, __: Ids) -> dict[str, Any]:
    return {"hostName": f"{name_of(resource_id)}.redis.cache.windows.net", "sslPort": 6380, "port": 6379}


TYPES: Mapping[str, Added] = {
    "Microsoft.App/containerApps": _app,
    "Microsoft.App/managedEnvironments": _environment,
    "Microsoft.Authorization/roleAssignments": _nothing,
    "Microsoft.Cache/redis": _redis,
    "Microsoft.Cache/redisEnterprise": _redis,
    "Microsoft.Cache/redisEnterprise/databases": _nothing,
    "Microsoft.CognitiveServices/accounts": _account,
    "Microsoft.CognitiveServices/accounts/projects": _nothing,
    "Microsoft.ContainerRegistry/registries": _registry,
    "Microsoft.Insights/components": _component,
    "Microsoft.KeyVault/vaults": _vault,
    "Microsoft.KeyVault/vaults/secrets": _nothing,
    "Microsoft.ManagedIdentity/userAssignedIdentities": _identity,
    "Microsoft.OperationalInsights/workspaces": _workspace,
    "Microsoft.Relay/namespaces": _nothing,
    "Microsoft.Relay/namespaces/hybridConnections": _nothing,
    "Microsoft.Storage/storageAccounts": _storage,
    "Microsoft.Storage/storageAccounts/blobServices/containers": _nothing,
}
"""What Azure puts into the properties of a new resource."""

MADE_WITH_200 = frozenset({"microsoft.storage/storageaccounts"})
"""Types whose creation is answered with 200 where others say 201: their client takes no 201."""

KEPT_WHEN_DELETED = frozenset({"microsoft.cognitiveservices/accounts"})
"""Types that stay restorable, and their names taken, until they are purged."""

_KNOWN = {name.lower(): (name, added) for name, added in TYPES.items()}


def known(kind: str) -> bool:
    """Whether the emulator has resources of this type."""
    return kind.lower() in _KNOWN


def spelled(kind: str) -> str:
    """The type as Azure writes it."""
    return _KNOWN[kind.lower()][0]


def shape(resource_id: str, kind: str, body: Body, ids: Ids) -> dict[str, Any]:
    """A new resource as it is shown from now on."""
    properties = dict(body.get("properties") or {})
    made = {
        **body,
        "id": resource_id,
        "name": name_of(resource_id),
        "type": spelled(kind),
        "properties": {**properties, **_KNOWN[kind.lower()][1](resource_id, body, ids), "provisioningState": "Succeeded"},
    }
    return with_identity(made, ids)


def with_identity(body: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    """With the principal that Azure makes for a system-assigned identity."""
    identity = body.get("identity")
    if not isinstance(identity, Mapping) or "systemassigned" not in str(identity.get("type", "")).lower():
        return dict(body)
    given = {"principalId": identity.get("principalId") or ids.guid(), "tenantId": identity.get("tenantId") or ids.guid()}
    return {**body, "identity": {**identity, **given}}


def merged(before: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A body after a PATCH: objects are merged, everything else is replaced."""
    found = dict(before)
    for name, value in change.items():
        old = found.get(name)
        found[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return found
