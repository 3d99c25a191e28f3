"""What happens in emulated container apps, registries and vaults beyond making them: revisions, builds, secrets nobody reads.

Nothing is run. A revision is healthy as soon as it is made and an image is built when it has been asked for twice, unless
`failing` says otherwise; `ready` is what its ingress would tell of the bridge inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm import errors
from voiceagent.emulators.arm.thing_desk import Reply
from voiceagent.emulators.arm.things import Address, Things

APP, REVISION = "microsoft.app/containerapps", "microsoft.app/containerapps/revisions"
REPLICA = f"{REVISION}/replicas"
REGISTRY, RUN = "microsoft.containerregistry/registries", "microsoft.containerregistry/registries/runs"
SECRET = "microsoft.keyvault/vaults/secrets"  # noqa: S105 - a type
DOMAIN = "emulated.azurecontainerapps.io"

Failing = Literal["revision", "ingress", "build"]


class Containers:
    """`base` is where this Resource Manager is reached."""

    def __init__(self, things: Things, ids: Ids, base: str) -> None:
        self.failing: set[Failing] = set()
        self.calls: dict[str, int] = {}
        """By revision: how many calls it says it has."""
        self.revisions: dict[str, dict[str, Any]] = {}
        """By name, oldest first."""
        self.uploads: dict[str, bytes] = {}
        self.secrets: dict[str, str] = {}
        """What was put into vaults, by id; no request reads it."""
        self.runs: dict[str, dict[str, Any]] = {}
        self.token = f"emulated-log-token-{ids.guid()}"
        self._things, self._ids, self._base = things, ids, base
        self._made = 0

    def answer(self, method: str, at: Address, body: Mapping[str, Any]) -> Reply | None:
        """What the client gets; None for what is like every other resource. A Refusal is raised."""
        kind = at.kind.lower()
        if kind == SECRET and method == "PUT":
            return self._keep_secret(at, body)
        if kind == APP and method in ("PUT", "PATCH"):
            return self._put_app(method, at, body)
        if kind == APP and at.action == "getAuthtoken":
            self._things.get(at)
            return Reply(200, {"location": "emulated", "properties": {"token": self.token, "expires": "2030-01-01T00:00:00Z"}})
        if kind == REVISION:
            return self._revision(method, at)
        if kind == REPLICA:
            return self._replicas(at)
        if kind == RUN:
            return self._run(method, at)
        return self._registry(at, body) if kind == REGISTRY and method == "POST" else None

    def ready(self, host: str) -> tuple[int, dict[str, Any]]:
        """What `/readyz` of a revision, or of an app, answers."""
        name = host.removesuffix(f".{DOMAIN}")
        found = self.revisions.get(name) or next((one for one in self.revisions.values() if one["app"] == name), None)
        if found is None or not found["properties"]["active"]:
            return 404, {}
        down = "ingress" in self.failing
        return 503 if down else 200, {"ready": not down, "calls": self.calls.get(str(found["name"]), 0)}

    # unverified: app-consents
    def consents(self, endpoint: str) -> bool:
        """Whether an emulated app is behind the address of a webhook and takes calls: it would consent to deliveries."""
        host = urlsplit(endpoint).hostname or ""
        return host.endswith(f".{DOMAIN}") and self.ready(host)[0] == 200

    # --- vaults and apps

    def _keep_secret(self, at: Address, body: Mapping[str, Any]) -> Reply:
        properties = dict(body.get("properties") or {})
        self.secrets[at.resource_id.lower()] = str(properties.pop("value", ""))
        found, status = self._things.put(at, {**body, "properties": properties})
        return Reply(status, found)

    def _put_app(self, method: str, at: Address, body: Mapping[str, Any]) -> Reply:
        found, status = self._things.put(at, body) if method == "PUT" else (self._things.patch(at, body), 200)
        properties, name = found["properties"], str(found["name"])
        for secret in properties.get("configuration", {}).get("secrets") or []:
            secret.pop("value", None)
        revision = f"{name}--{properties['template'].get('revisionSuffix') or self._ids.guid()[:7]}"
        if method == "PUT" and revision not in self.revisions:
            self._add(name, revision, properties)
        latest = next(one for one in reversed(self.revisions.values()) if one["app"] == name)["name"]
        properties |= {
            "latestRevisionName": latest,
            "latestReadyRevisionName": latest,
            "latestRevisionFqdn": f"{latest}.{DOMAIN}",
        }
        ingress = properties.get("configuration", {}).get("ingress")
        if ingress:
            ingress["fqdn"] = f"{name}.{DOMAIN}"
            ingress["traffic"] = [
                {"revisionName": one.get("revisionName") or latest, "weight": one["weight"]}
                for one in ingress.get("traffic") or [{"latestRevision": True, "weight": 100}]
            ]
            self._share(name, ingress["traffic"])
        return Reply(status, found)

    def _add(self, app: str, revision: str, properties: Mapping[str, Any]) -> None:
        self._made += 1
        single = str(properties.get("configuration", {}).get("activeRevisionsMode", "Single")).lower() == "single"
        for other in self.revisions.values() if single else ():
            if other["app"] == app:
                other["properties"] |= {"active": False, "replicas": 0}
        bad = "revision" in self.failing
        self.revisions[revision] = {
            "app": app,
            "name": revision,
            "type": "Microsoft.App/containerapps/revisions",
            "properties": {
                "createdTime": f"2026-11-22T05:{self._made // 60 % 60:02}:{self._made % 60:02}+00:00",
                "fqdn": f"{revision}.{DOMAIN}",
                "active": True,
                "replicas": 0 if bad else (properties["template"].get("scale") or {}).get("minReplicas", 1),
                "trafficWeight": 0,
                "healthState": "Unhealthy" if bad else "Healthy",
                "provisioningState": "Failed" if bad else "Provisioned",
                "runningState": "Failed" if bad else "Running",
                "provisioningError": "The container ended with exit code 2." if bad else "",
                "template": properties["template"],
            },
        }

    def _share(self, app: str, traffic: list[dict[str, Any]]) -> None:
        weights = {one["revisionName"]: one["weight"] for one in traffic}
        for one in self.revisions.values():
            if one["app"] == app:
                one["properties"]["trafficWeight"] = weights.get(one["name"], 0)

    # --- revisions

    def _revision(self, method: str, at: Address) -> Reply:
        words = at.resource_id.split("/")
        if at.is_list:
            app = at.parent.rsplit("/", 1)[-1].lower()
            return Reply(200, {"value": [_shown(one) for one in self.revisions.values() if one["app"].lower() == app]})
        if (found := self.revisions.get(words[-1])) is None:
            raise errors.not_found(at.resource_id)
        if method == "POST" and at.action in ("activate", "deactivate"):
            # unverified: revision-traffic
            if at.action == "deactivate" and found["properties"]["trafficWeight"]:
                raise errors.conflict("A revision that has traffic cannot be deactivated.")
            wakes = at.action == "activate"
            found["properties"] |= {"active": wakes, "replicas": int(wakes and "revision" not in self.failing)}
            if wakes and "revision" not in self.failing:
                found["properties"] |= {"healthState": "Healthy", "provisioningError": ""}
            return Reply(200)
        return Reply(200, _shown(found))

    def _replicas(self, at: Address) -> Reply:
        words = at.resource_id.split("/")
        revision = words[words.index("revisions") + 1]
        if (found := self.revisions.get(revision)) is None:
            raise errors.not_found(at.resource_id)
        shown = []
        for number in range(found["properties"]["replicas"]):
            name = f"{revision}-emulated-{number}"
            container = {"name": "bridge", "ready": True, "restartCount": 0, "logStreamEndpoint": f"{self._base}/logs/{name}"}
            shown.append({"name": name, "properties": {"runningState": "Running", "containers": [container]}})
        return Reply(200, {"value": shown})

    # --- builds

    def _registry(self, at: Address, body: Mapping[str, Any]) -> Reply | None:
        self._things.get(at)
        if at.action == "listBuildSourceUploadUrl":
            name = f"source/{self._ids.guid()}.tar.gz"
            return Reply(200, {"uploadUrl": f"{self._base}/builds/{name}?sig=emulated", "relativePath": name})
        if at.action == "scheduleRun":
            if str(body.get("sourceLocation", "")) not in self.uploads:
                raise errors.invalid("sourceLocation names nothing that was uploaded.")
            run_id = f"cb{len(self.runs) + 1}"
            properties = {"runId": run_id, "status": "Queued", "runType": "QuickBuild", "images": body.get("imageNames")}
            self.runs[run_id] = {"name": run_id, "properties": properties}
            return Reply(200, self.runs[run_id])
        return None

    def _run(self, method: str, at: Address) -> Reply:
        run_id = at.resource_id.rsplit("/", 1)[-1]
        if (found := self.runs.get(run_id)) is None:
            raise errors.not_found(at.resource_id)
        if method == "POST" and at.action == "listLogSasUrl":
            self.uploads[f"log/{run_id}"] = b"Step 7/18 : RUN pip install\nERROR: No matching distribution found\nrun failed\n"
            return Reply(200, {"logLink": f"{self._base}/builds/log/{run_id}?sig=emulated"})
        after = "Failed" if "build" in self.failing else "Succeeded"
        found["properties"]["status"] = {"Queued": "Running", "Running": after}.get(found["properties"]["status"], after)
        return Reply(200, found)


def _shown(revision: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in revision.items() if name != "app"}
