"""What a deployment has to do, as a list of steps: what is there is asked for once, the rest is comparison.

`plan` prints these steps, and `apply` does them; the requests that are shown are the ones that are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.cloud.containers.build import image_tag
from voiceagent.cloud.containers.context import context
from voiceagent.cloud.containers.difference import Action, Step, body_of, digests, is_as_wanted, revision_suffix
from voiceagent.cloud.containers.names import ROLE_NAMES, app_name, group_name
from voiceagent.cloud.containers.requests import Known
from voiceagent.cloud.containers.variables import token_secret
from voiceagent.cloud.containers.wanted import wanted
from voiceagent.cloud.containers.words import Resource
from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.config.load import Loaded
    from voiceagent.config.schema import Settings

_GROUP_API = "2025-04-01"


@dataclass(slots=True)
class Deployment:
    """What is to be made of a project; `found` is what Azure has of it, by symbol. `look` makes one."""

    settings: Settings
    known: Known
    digests: Mapping[str, str] = field(repr=False)
    content: Mapping[str, bytes] = field(repr=False)
    found: dict[str, Any] = field(repr=False)
    has_group: bool = False
    unregistered: tuple[str, ...] = ()
    """Resource providers that the subscription has never used."""

    @property
    def app(self) -> str:
        """The name of the container app."""
        return app_name(self.settings)

    # --- what is to be done

    def steps(self) -> list[Step]:
        """What `apply` will do, in its order."""
        shown = self._shown()
        steps = [*self._provider_steps(), self._group_step()]
        for resource in self.known.wanted.resources:
            if resource.symbol == "app" and self.builds:
                steps.append(self._build_step())
            steps.append(self._step(resource, shown))
        return [*steps, self._calls_step(), self._point_step()]

    def _provider_steps(self) -> list[Step]:
        where = f"/subscriptions/{self.known.subscription_id}/providers"
        return [
            Step(
                "create",
                "resource provider",
                name,
                request={"method": "POST", "path": f"{where}/{name}/register?api-version={_GROUP_API}", "body": None},
            )
            for name in self.unregistered
        ]

    def _group_step(self) -> Step:
        name = self.known.group
        path = f"/subscriptions/{self.known.subscription_id}/resourcegroups/{name}?api-version={_GROUP_API}"
        request = {"method": "PUT", "path": path, "body": self.group_body()}
        kind = "Microsoft.Resources/resourceGroups"
        return Step("keep", kind, name) if self.has_group else Step("create", kind, name, request=request)

    def group_body(self) -> dict[str, Any]:
        """What the resource group is made with."""
        return {"location": self.settings.cloud.location}

    def _step(self, resource: Resource, shown: Known) -> Step:
        name = self.name_of(resource, shown)
        if resource.there:
            there = resource.symbol in self.found
            return Step("keep" if there else "skip", resource.type, name, "" if there else self._missing(resource))
        if self.hangs_on_nothing(resource):
            return Step("skip", resource.type, name, "what it is about is not in the resource group")
        body = self.body(resource, shown)
        action: Action = "update" if resource.symbol in self.found else "create"
        if action == "update" and self.is_done(resource, body):
            return Step("keep", resource.type, name)
        path = f"{shown.id_of(resource)}?api-version={resource.api_version}"
        return Step(action, resource.type, name, request={"method": "PUT", "path": path, "body": body})

    def _build_step(self) -> Step:
        image = f"{self.app}:{image_tag(dict(self.content))}"
        return Step("keep", "image", image) if self.is_built() else Step("create", "image", image, "built by the registry")

    def is_built(self) -> bool:
        """Whether the image is the one that runs already."""
        return self.image() == self._running_image()

    @property
    def revision(self) -> str:
        """The revision that this deployment makes, or has made."""
        return f"{self.app}--{self.suffix()}"

    def has_calls(self) -> bool:
        """Whether new calls go to the wanted revision already."""
        return self.traffic() == [{"revisionName": self.revision, "weight": 100}]

    def _calls_step(self) -> Step:
        if self.has_calls():
            return Step("keep", "calls", self.revision)
        return Step("update" if "app" in self.found else "create", "calls", self.revision, "once it says that it takes calls")

    def _point_step(self) -> Step:
        if self.has_calls():
            return Step("keep", "Event Grid", self.app, "looked at all the same")
        return Step("update", "Event Grid", self.app, "last; calls go where they went before when anything fails")

    def _missing(self, resource: Resource) -> str:
        return (
            f"not in the resource group {self.known.group}: give the identity {self.app}-identity the role Cognitive Services "
            f"User on {resource.name} yourself"
        )

    def hangs_on_nothing(self, resource: Resource) -> bool:
        """Whether it is about something that somebody else has, and that is not in the group."""
        return bool(resource.scope) and resource.scope not in self.found and self.known.wanted.named(resource.scope).there

    def name_of(self, resource: Resource, shown: Known) -> str:
        """What people call it: a role by what it lets whom do, for its own name is a GUID."""
        if isinstance(resource.name, str):
            return resource.name
        role = str(shown.body_of(resource)["properties"]["roleDefinitionId"]).rsplit("/", 1)[-1]
        return f"{ROLE_NAMES[role]} on {shown.wanted.named(resource.scope).name}"

    def is_done(self, resource: Resource, body: Mapping[str, Any]) -> bool:
        """Whether what is there is what would be sent."""
        there = self.found[resource.symbol]
        if resource.symbol != "app":
            return is_as_wanted(body, there)
        return bool(body["properties"]["template"]["revisionSuffix"] == _suffix_of(there)) and is_as_wanted(
            _without_traffic(body), _without_traffic(there)
        )

    # --- bodies

    def body(self, resource: Resource, known: Known) -> dict[str, Any]:
        """What is sent for a resource; as far as is known, with a `known` that is to be shown."""
        body = body_of(resource, known, digests=self.digests)
        if resource.symbol == "app":
            body["properties"]["template"]["revisionSuffix"] = self.suffix()
            if pinned := self.traffic():
                body["properties"]["configuration"]["ingress"]["traffic"] = pinned
        return body

    def suffix(self) -> str:
        """What the revision of this deployment is called after the app's name."""
        shown = Known(self.known.wanted, self.known.subscription_id, self.known.group, {"image": self.image()}, shown=True)
        return revision_suffix(shown.body_of(self.known.wanted.named("app")), self.digests)

    def traffic(self) -> list[dict[str, Any]]:
        """Where calls go at present, by the names of revisions; nothing without an app.

        They stay there until the new revision has proved itself.
        """
        there = self.found.get("app")
        if there is None:
            return []
        traffic = there["properties"]["configuration"].get("ingress", {}).get("traffic") or []
        latest = there["properties"].get("latestReadyRevisionName") or there["properties"].get("latestRevisionName")
        return [
            {"revisionName": one.get("revisionName") or latest, "weight": one["weight"]}
            for one in traffic
            if one.get("weight") and (one.get("revisionName") or latest)
        ]

    @property
    def builds(self) -> bool:
        """Whether the image is made of this project."""
        return not self.settings.deploy.image

    def image(self) -> str:
        """The image that runs after this deployment."""
        if not self.builds:
            return self.settings.deploy.image
        registry = self.known.wanted.named("registry").name
        return f"{registry}.azurecr.io/{self.app}:{image_tag(dict(self.content))}"

    def _running_image(self) -> str:
        there = self.found.get("app")
        containers = there["properties"]["template"]["containers"] if there else []
        return str(containers[0]["image"]) if containers else ""

    def _shown(self) -> Known:
        known = self.known
        return Known(known.wanted, known.subscription_id, known.group, {"image": self.image()}, answers=self.found, shown=True)


def _suffix_of(app: Mapping[str, Any]) -> str:
    return str(app["properties"]["template"].get("revisionSuffix") or "")


def _without_traffic(app: Mapping[str, Any]) -> dict[str, Any]:
    """Where calls go changes beside deployments, and is decided after them."""
    properties = app["properties"]
    configuration = properties["configuration"]
    ingress = {name: value for name, value in configuration["ingress"].items() if name != "traffic"}
    return {**app, "properties": {**properties, "configuration": {**configuration, "ingress": ingress}}}


async def look(azure: Azure, project: Path, loaded: Loaded) -> Deployment:
    """Ask Azure what is there of what the settings want. UserError for settings that cannot be deployed."""
    what, settings = wanted(loaded), loaded.settings
    values = {one.name: one.value for one in what.parameters if one.value is not None}
    known = Known(what, azure.subscription_id, group_name(settings), values)
    key = token_secret(settings).shown.encode()
    content = context(project, settings) if not settings.deploy.image else {}
    unregistered = [name for name in _namespaces(known) if not await _is_registered(azure, name)]
    has_group = await azure.asked(azure.resources.resource_groups.check_existence(known.group), "look for the resource group")
    deployment = Deployment(settings, known, digests(what, values, key), content, {}, bool(has_group), tuple(unregistered))
    if has_group:
        for resource in what.resources:
            if (there := await get(azure, known.id_of(resource), resource.api_version)) is not None:
                deployment.found[resource.symbol] = there
    return deployment


def _namespaces(known: Known) -> list[str]:
    return sorted({one.type.partition("/")[0] for one in known.wanted.resources if not one.there and not one.scope})


async def _is_registered(azure: Azure, name: str) -> bool:
    found = await azure.asked(azure.resources.providers.get(name), f"look for the resource provider {name}")
    return str(found.registration_state) in ("Registered", "Registering")


async def get(azure: Azure, resource_id: str, api_version: str) -> dict[str, Any] | None:
    """A resource as Azure shows it; None when there is none."""
    try:
        found = await azure.asked(
            azure.resources.resources.get_by_id(resource_id, api_version=api_version),
            f"look at {resource_id.rsplit('/', 1)[-1]}",
        )
    except RemoteError as error:
        if error.status == 404:
            return None
        raise
    return dict(found.as_dict())
