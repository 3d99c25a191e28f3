"""The container app: made for sockets that last, watched at the right addresses, and let go with all its grace."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.containers.app import secret_name
from voiceagent.cloud.containers.words import Joined, OnceBuilt, Told
from voiceagent.server.app import build_app


def properties(wanted: Any) -> Any:
    return wanted.named("app").body["properties"]


def test_it_is_reached_from_outside_over_https_and_http_1(wanting: Any) -> None:
    ingress = properties(wanting())["configuration"]["ingress"]
    assert (ingress["external"], ingress["transport"], ingress["allowInsecure"]) == (True, "http", False)
    assert "stickySessions" not in ingress


def test_its_probes_ask_what_the_bridge_answers(wanting: Any) -> None:
    probes = properties(wanting())["template"]["containers"][0]["probes"]
    assert isinstance(probes, OnceBuilt)
    asked = {one["httpGet"]["path"] for one in probes.value}  # type: ignore[union-attr, index]  # objects
    served = {route.path for route in build_app(None).routes if hasattr(route, "path")}  # type: ignore[arg-type]  # not asked
    assert asked <= served
    assert [one["type"] for one in probes.value] == ["Startup", "Liveness", "Readiness"]  # type: ignore[union-attr, index]


def test_old_revisions_live_on_and_replicas_get_their_grace(wanting: Any) -> None:
    app = properties(wanting(deploy={"grace_seconds": 900}))
    assert app["configuration"]["activeRevisionsMode"] == "Multiple"
    assert app["template"]["terminationGracePeriodSeconds"] == 900


def test_one_replica_needs_no_rule_and_several_are_scaled_by_their_calls(wanting: Any) -> None:
    assert properties(wanting())["template"]["scale"] == {"minReplicas": 1, "maxReplicas": 1}
    scale = properties(wanting(deploy={"max_replicas": 50, "calls_per_replica": 20, "scale_at": 0.6}))["template"]["scale"]
    (rule,) = scale["rules"]
    assert (scale["maxReplicas"], scale["cooldownPeriod"], rule["custom"]["type"]) == (50, 600, "metrics-api")
    assert rule["custom"]["metadata"]["valueLocation"] == "calls_of_all"
    assert rule["custom"]["metadata"]["targetValue"] == "12"
    assert "http" not in rule


def test_secrets_come_from_the_vault_by_the_identity_alone(wanting: Any) -> None:
    app = properties(wanting())
    for secret in app["configuration"]["secrets"]:
        assert set(secret) == {"name", "keyVaultUrl", "identity"}
        assert secret["identity"] == Told("identity")
        assert isinstance(secret["keyVaultUrl"], Joined)
    named = {one["name"] for one in app["configuration"]["secrets"]}
    assert {one["secretRef"] for one in app["template"]["containers"][0]["env"] if "secretRef" in one} == named


def test_only_the_folders_it_writes_to_are_mounted(wanting: Any) -> None:
    mounts = properties(wanting())["template"]["containers"][0]["volumeMounts"]
    assert [one["mountPath"] for one in mounts] == ["/data", "/tmp"]


def test_a_secrets_name_is_one_that_vaults_take() -> None:
    assert secret_name("VOICEAGENT_ACS_EVENT_SECRET") == "voiceagent-acs-event-secret"
