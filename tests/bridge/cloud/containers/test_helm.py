"""The values of the chart say what the container app says."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.containers import helm
from voiceagent.cloud.containers.requests import Known


def test_they_are_the_container_apps(wanting: Any) -> None:
    what = wanting(deploy={"max_replicas": 7, "cpu": 0.5, "grace_seconds": 300})
    values = helm.values(what)
    body: Any = Known(what, "s", "g", {}, shown=True).body_of(what.named("app"))["properties"]
    container, template = body["template"]["containers"][0], body["template"]
    plain = {one["name"]: one["value"] for one in container["env"] if "value" in one and one["name"] != "AZURE_CLIENT_ID"}
    assert values["variables"] == plain
    assert values["secretVariables"] == [one["name"] for one in container["env"] if "secretRef" in one]
    assert values["port"] == body["configuration"]["ingress"]["targetPort"]
    assert (values["cpu"], values["memory"]) == (container["resources"]["cpu"], container["resources"]["memory"])
    assert values["graceSeconds"] == template["terminationGracePeriodSeconds"]
    assert values["replicas"] == {"min": template["scale"]["minReplicas"], "max": template["scale"]["maxReplicas"]}
    assert [one["path"] for one in values["probes"]] == [one["httpGet"]["path"] for one in container["probes"]]
    assert [one["at"] for one in values["writable"]] == [one["mountPath"] for one in container["volumeMounts"]]
    assert values["scale"]["targetValue"] == template["scale"]["rules"][0]["custom"]["metadata"]["targetValue"]
    assert values["redis"]["enabled"]


def test_one_replica_has_neither_redis_nor_scaling(wanting: Any) -> None:
    assert not {"redis", "keda", "scale"} & set(helm.values(wanting()))


def test_the_secret_of_the_cluster_is_told_by_its_names(wanting: Any) -> None:
    assert "REDIS_PASSWORD" in helm.secrets(wanting(deploy={"max_replicas": 2}))
    assert helm.secrets(wanting()) == helm.values(wanting())["secretVariables"]


def test_an_image_of_ones_own_is_used(wanting: Any) -> None:
    assert helm.values(wanting(deploy={"image": "x.example/y:1"}))["image"] == "x.example/y:1"
