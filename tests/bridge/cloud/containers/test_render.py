"""A deployment as files: all that other tools need, no secret, and nothing of the user's written over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from voiceagent.cloud.containers import helm
from voiceagent.cloud.containers.render import rendered, write
from voiceagent.cloud.containers.wanted import wanted
from voiceagent.errors import UserError


def test_it_has_what_each_tool_looks_for(project: Path, loading: Any) -> None:
    found = rendered(project, loading())
    assert {
        *("azure.yaml", "infra/main.bicep", "infra/resources.bicep", "infra/main.parameters.json"),
        *("image/Dockerfile", "image/requirements.lock", "image/agent/voiceagent.toml"),
        *("helm/Chart.yaml", "helm/values.yaml", "helm/templates/deployment.yaml"),
    } <= set(found)
    service = YAML(typ="safe").load(found["azure.yaml"])["services"]["bridge"]
    assert service == {
        "project": "image",
        "language": "docker",
        "host": "containerapp",
        "docker": {"path": "Dockerfile", "remoteBuild": True},
    }


def test_no_secret_is_in_any_file(project: Path, loading: Any) -> None:
    loaded = loading(deploy={"max_replicas": 3})
    content = b"".join(rendered(project, loaded).values())
    assert b"do-not-tell" not in content
    for parameter in wanted(loaded).parameters:
        if parameter.secret:
            assert (parameter.value or "?").encode() not in content


def test_the_values_are_those_of_the_project_over_the_charts(project: Path, loading: Any) -> None:
    loaded = loading(deploy={"max_replicas": 3})
    values = YAML(typ="safe").load(rendered(project, loaded)["helm/values.yaml"])
    assert {**values, **helm.values(wanted(loaded))} == values
    assert values["ingress"]["className"] == "nginx"


def test_only_what_changed_is_written_and_what_went_goes(project: Path, loading: Any, tmp_path: Path) -> None:
    out, content = tmp_path / "out", rendered(project, loading())
    assert len(write(out, content)) == len(content)
    assert write(out, content) == []
    (out / "image" / "agent" / "old.py").write_text("x")
    (out / "azure.yaml").write_text("# Yours\nname: mine\n")
    assert write(out, {**content, "infra/main.bicep": b"new"}) == [out / "infra/main.bicep"]
    assert not (out / "image" / "agent" / "old.py").exists()
    assert (out / "azure.yaml").read_text().startswith("# Yours")


def test_a_file_in_the_way_is_told(project: Path, loading: Any, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write(tmp_path / "out", {"azure.yaml": b""})
