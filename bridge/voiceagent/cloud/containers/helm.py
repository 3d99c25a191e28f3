"""The same deployment for a Kubernetes cluster: the values of the chart, taken from the wanted container app. Pure.

Names, roles and the Key Vault are the cluster's own affair there; what runs, how it is watched and let go is the same.
"""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.containers.words import OnceBuilt, Value, Wanted


def values(wanted: Wanted) -> dict[str, Any]:
    """`values.yaml`."""
    properties: Any = wanted.named("app").body["properties"]
    template, configuration = properties["template"], properties["configuration"]
    container = template["containers"][0]
    scale = template["scale"]
    redis: Any = {one.symbol: one for one in wanted.resources}.get("redis")
    secret = [one["name"] for one in container["env"] if "secretRef" in one]
    found: dict[str, Any] = {
        "image": _image(wanted),
        "variables": {one["name"]: one["value"] for one in container["env"] if isinstance(one.get("value"), str)},
        "secretVariables": secret,
        "port": _built(configuration["ingress"]["targetPort"]),
        "cpu": container["resources"]["cpu"],
        "memory": container["resources"]["memory"],
        "graceSeconds": template["terminationGracePeriodSeconds"],
        "replicas": {"min": scale["minReplicas"], "max": scale["maxReplicas"]},
        "probes": [_probe(one) for one in _built(container["probes"])],
        "writable": [{"name": one["volumeName"], "at": one["mountPath"]} for one in container["volumeMounts"]],
    }
    if "rules" in scale:
        told = scale["rules"][0]["custom"]["metadata"]
        found["keda"] = True
        found["scale"] = {
            "pollingInterval": scale["pollingInterval"],
            "cooldownPeriod": scale["cooldownPeriod"],
            "valueLocation": told["valueLocation"],
            "targetValue": told["targetValue"],
        }
    if redis is not None:
        found["redis"] = {"enabled": True, "image": redis.body["properties"]["template"]["containers"][0]["image"]}
    return found


def secrets(wanted: Wanted) -> list[str]:
    """The names that the secret of the cluster must hold."""
    own = ["REDIS_PASSWORD"] if any(one.symbol == "redis" for one in wanted.resources) else []
    return [*values(wanted)["secretVariables"], *own]


def _image(wanted: Wanted) -> str:
    image = next(one for one in wanted.parameters if one.name == "image")
    return image.value or f"{wanted.named('app').name}:latest"


def _probe(probe: Any) -> dict[str, Any]:
    kept = ("periodSeconds", "timeoutSeconds", "failureThreshold")
    return {"type": probe["type"], "path": probe["httpGet"]["path"], **{name: probe[name] for name in kept}}


def _built(value: Value) -> Any:
    return value.value if isinstance(value, OnceBuilt) else value
