"""What one does with a deployment once it is there: look at it, read what it says, remove what was made and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.cloud.containers.difference import OWNER_TAG, Step
from voiceagent.cloud.containers.names import app_name, group_name
from voiceagent.cloud.containers.plan import Deployment
from voiceagent.cloud.containers.revisions import Ask, Revision, Revisions, asking
from voiceagent.cloud.names import INCOMING_CALL
from voiceagent.cloud.spoken import nth
from voiceagent.cloud.subscribed import subscribed_to
from voiceagent.cloud.survey import given_acs
from voiceagent.errors import RemoteError, UserError

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.config.schema import Settings

_ORDER = {
    "microsoft.app/containerapps": "2026-01-01",
    "microsoft.app/managedenvironments": "2026-01-01",
    "microsoft.containerregistry/registries": "2025-11-01",
    "microsoft.keyvault/vaults": "2024-11-01",
    "microsoft.managedidentity/userassignedidentities": "2024-11-30",
}
"""Types in the order in which they can go, with the version by which they are asked to."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the status."""

    kind: str
    name: str
    state: str
    detail: str = ""

    def facts(self) -> dict[str, str]:
        """As `--json` prints it."""
        return {"kind": self.kind, "name": self.name, "state": self.state, "detail": self.detail}


async def status(azure: Azure, settings: Settings, *, ask: Ask | None = None) -> list[Row]:
    """What was made, and how the revisions are; empty when there is nothing."""
    rows = [
        Row(str(one.type), str(one.name), str((one.properties or {}).get("provisioningState", "there")))
        for one in await _ours(azure, settings)
    ]
    revisions = Revisions(azure, group_name(settings), app_name(settings), ask or asking(settings.cloud.arm_endpoint))
    found = await revisions.all(with_calls=True) if rows else []
    return [*rows, *(Row("revision", one.name, one.health, _told(one)) for one in found)]


def _told(revision: Revision) -> str:
    calls = "calls unknown" if revision.calls is None else f"{revision.calls} call{'' if revision.calls == 1 else 's'}"
    replicas = f"{revision.replicas} replica{'' if revision.replicas == 1 else 's'}"
    return ", ".join(part for part in (f"{revision.traffic} % of new calls", replicas, calls, revision.error) if part)


async def to_be_removed(azure: Azure, deployment: Deployment) -> list[Step]:
    """What `destroy` removes, in its order: what carries our mark, and the roles that we gave on what is not ours."""
    wanted, known = deployment.known.wanted, deployment.known
    steps = [
        _deletion("Microsoft.Authorization/roleAssignments", known.id_of(one), version=one.api_version)
        for one in wanted.resources
        if one.scope and wanted.named(one.scope).there and one.symbol in deployment.found
    ]
    return steps + [
        _deletion(str(one.type), str(one.id), version=_ORDER[str(one.type).lower()])
        for one in await _ours(azure, deployment.settings)
    ]


async def still_announced(azure: Azure, deployment: Deployment) -> list[str]:
    """Event subscriptions that announce calls to the deployed bridge; without it they announce to nobody."""
    app = deployment.found.get("app") or {}
    host = ((app.get("properties") or {}).get("configuration") or {}).get("ingress", {}).get("fqdn")
    try:
        acs_id = await given_acs(azure) if host else ""
        found = await subscribed_to(azure, acs_id) if acs_id else []
    except (RemoteError, UserError):  # a resource of another subscription, or one we may not read: it goes all the same
        return []
    return [one.name for one in found if INCOMING_CALL in one.types and urlsplit(one.target).hostname == host]


async def remove(azure: Azure, steps: list[Step], *, say: Callable[[str], None]) -> None:
    """Remove what the steps name. Run again after a failure it goes on where it stopped."""
    for number, step in enumerate(steps, 1):
        assert step.request is not None
        resource_id, _, version = str(step.request["path"]).partition("?api-version=")
        say(f"{nth(number, len(steps), step.kind, step.name)} ...")
        try:
            poller = await azure.asked(
                azure.resources.resources.begin_delete_by_id(resource_id, api_version=version), f"remove {step.name}"
            )
            await azure.asked(poller.result(), f"remove {step.name}")
        except RemoteError as error:
            if error.status != 404:
                raise


def _deletion(kind: str, resource_id: str, *, version: str) -> Step:
    request = {"method": "DELETE", "path": f"{resource_id}?api-version={version}", "body": None}
    return Step("delete", kind, resource_id.rsplit("/", 1)[-1], request=request)


async def _ours(azure: Azure, settings: Settings) -> list[Any]:
    """What carries our mark, in the order in which it can go."""

    async def listed() -> list[Any]:
        return [one async for one in azure.resources.resources.list_by_resource_group(group_name(settings))]

    try:
        found = await azure.asked(listed(), "list what was deployed")
    except RemoteError as error:
        if error.status == 404:
            return []
        raise
    kinds = list(_ORDER)
    ours = [one for one in found if (one.tags or {}).get(OWNER_TAG) == app_name(settings) and str(one.type).lower() in _ORDER]
    return sorted(ours, key=lambda one: (kinds.index(str(one.type).lower()), str(one.name)))


async def log_lines(
    azure: Azure, settings: Settings, *, revision: str = "", tail: int = 100, follow: bool = False
) -> AsyncIterator[tuple[str, str]]:
    """What the replicas of a revision say, as (replica, line); of the newest one unless another is named.

    UserError when there is no such revision, or nobody runs in it.
    """
    import httpx

    group, app = group_name(settings), app_name(settings)
    active = await Revisions(azure, group, app, asking(settings.cloud.arm_endpoint)).all()
    names = [one.name for one in active]
    if not names or (revision and revision not in names):
        what = f"revision {revision} does not run" if revision else f"no revision of {app} runs in {group}"
        raise UserError(what, remedy="`voiceagent deploy status` lists those that do")
    chosen = revision or names[0]
    token = await azure.asked(azure.containers.container_apps.get_auth_token(group, app), "read its log")
    replicas = await azure.asked(
        azure.containers.container_apps_revision_replicas.list_replicas(group, app, chosen), "list its replicas"
    )
    if not replicas.value:
        raise UserError(f"revision {chosen} has no replica at present", remedy="`voiceagent deploy status` tells how it is")
    headers = {"Authorization": f"Bearer {token.properties.token if token.properties else ''}"}
    async with httpx.AsyncClient(timeout=httpx.Timeout(20, read=None), headers=headers) as http:
        for replica in replicas.value[:1] if follow else replicas.value:
            for container in replica.properties.containers or [] if replica.properties else []:
                query = {"output": "text", "tailLines": str(tail), "follow": str(follow).lower()}
                async with http.stream("GET", str(container.log_stream_endpoint), params=query) as answer:
                    if answer.status_code != 200:
                        raise RemoteError(
                            f"the log of {replica.name} cannot be read",
                            service="Azure Container Apps",
                            status=answer.status_code,
                            remedy="the account that is signed in needs the role Contributor on the app",
                        )
                    async for line in answer.aiter_lines():
                        yield str(replica.name), line
