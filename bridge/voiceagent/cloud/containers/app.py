"""The container app: how the bridge is run, watched, scaled and let go. Pure.

Every revision is reached under its own name as well, and a bridge gives Azure that name for the calls it answers: so a call's
reports and its sound come to the revision that answered it, also when all new calls go to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voiceagent.cloud.containers.names import app_name
from voiceagent.cloud.containers.variables import DATA, PORT, Variables, own_redis, redis_url
from voiceagent.cloud.containers.words import Joined, OnceBuilt, Param, Resource, Told, Value

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

APP_API = "2026-01-01"
CONTAINER = "bridge"
FIRST_PORT = 80

_WRITABLE = ({"name": "data", "at": DATA}, {"name": "tmp", "at": "/tmp"})  # noqa: S108 - a folder of the container's own


def container_app(settings: Settings, variables: Variables, *, registry: bool) -> Resource:
    """The bridge itself."""
    deploy = settings.deploy
    return Resource(
        "app",
        "Microsoft.App/containerApps",
        APP_API,
        app_name(settings),
        {
            "location": Param("location"),
            "tags": {"azd-service-name": CONTAINER},
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {Told("identity"): {}}},
            "properties": {
                "environmentId": Told("environment"),
                "workloadProfileName": "Consumption",
                "configuration": {
                    # Old revisions go on with the calls they have; `voiceagent deploy apply` ends them when they have none.
                    "activeRevisionsMode": "Multiple",
                    "maxInactiveRevisions": 5,
                    "ingress": _ingress(),
                    "registries": [{"server": Told("registry", "properties.loginServer"), "identity": Told("identity")}]
                    if registry
                    else [],
                    "secrets": [_secret(name) for name in variables.secrets],
                },
                "template": {
                    "terminationGracePeriodSeconds": deploy.grace_seconds,
                    "containers": [_container(settings, variables)],
                    "volumes": [{"name": one["name"], "storageType": "EmptyDir"} for one in _WRITABLE],
                    "scale": _scale(settings),
                },
            },
        },
        after=("mayReadSecrets", *(("mayPull",) if registry else ()), *(("redis",) if own_redis(settings) else ())),
    )


def secret_name(variable: str) -> str:
    """How a secret is called in the Key Vault and in the app: small letters, digits and dashes."""
    return variable.lower().replace("_", "-")


def _ingress() -> dict[str, Value]:
    return {
        "external": True,
        "targetPort": OnceBuilt(PORT, FIRST_PORT),
        # `auto` would have HTTP/2 tried, in which WebSockets are opened in another way; ours come over HTTP/1.1.
        "transport": "http",
        "allowInsecure": False,
        "traffic": [{"latestRevision": True, "weight": 100}],
    }


def _secret(variable: str) -> dict[str, Value]:
    name = secret_name(variable)
    return {
        "name": name,
        "keyVaultUrl": Joined((Told("vault", "properties.vaultUri"), f"secrets/{name}")),
        "identity": Told("identity"),
    }


def _container(settings: Settings, variables: Variables) -> dict[str, Value]:
    cpu = settings.deploy.cpu
    environment: list[Value] = [{"name": name, "value": value} for name, value in variables.plain.items()]
    environment += [{"name": name, "secretRef": secret_name(name)} for name in variables.secrets]
    environment.append({"name": "AZURE_CLIENT_ID", "value": Told("identity", "properties.clientId")})
    return {
        "name": CONTAINER,
        "image": Param("image"),
        "resources": {"cpu": cpu, "memory": f"{cpu * 2:g}Gi"},
        "env": environment,
        "probes": OnceBuilt([_probe(**one) for one in PROBES], []),
        "volumeMounts": [{"volumeName": one["name"], "mountPath": one["at"]} for one in _WRITABLE],
    }


PROBES: tuple[Mapping[str, str | int], ...] = (
    # Key Vault, tokens and the project's own modules: a start takes seconds, and up to a minute on a busy machine.
    {"type": "Startup", "path": "/healthz", "every": 2, "failures": 60},
    {"type": "Liveness", "path": "/healthz", "every": 10, "failures": 6},
    # 503 from the moment it is to leave: two misses, and no new call comes here.
    {"type": "Readiness", "path": "/readyz", "every": 5, "failures": 2},
)


def _probe(*, type: str | int, path: str | int, every: str | int, failures: str | int) -> Value:
    return {
        "type": type,
        "httpGet": {"path": path, "port": PORT},
        "periodSeconds": every,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }


def _scale(settings: Settings) -> dict[str, Value]:
    """By the number of calls, which all replicas know together: requests say nothing about sockets that last ten minutes."""
    deploy = settings.deploy
    wanted: dict[str, Value] = {
        "minReplicas": deploy.min_replicas,
        "maxReplicas": deploy.max_replicas,
    }
    if redis_url(settings) is None:
        return wanted
    address = Joined((f"https://{app_name(settings)}.", Told("environment", "properties.defaultDomain"), "/readyz"))
    metadata: dict[str, Value] = {
        "url": address,
        "valueLocation": "calls_of_all",
        "targetValue": f"{deploy.calls_per_replica * deploy.scale_at:g}",
    }
    return {
        **wanted,
        "pollingInterval": 15,
        "cooldownPeriod": 600,
        "rules": [{"name": "calls", "custom": {"type": "metrics-api", "metadata": metadata}}],
    }
