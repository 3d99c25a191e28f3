"""What an image is built of: the code that runs here, and of the project nothing that is secret or somebody's voice."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from voiceagent.cloud.containers import context as building
from voiceagent.cloud.containers.context import context, packed
from voiceagent.errors import UserError


def test_of_the_project_goes_what_a_bridge_reads(project: Path, loading: Any) -> None:
    found = context(project, loading().settings)
    assert sorted(name for name in found if name.startswith("agent/")) == [
        *("agent/data/prices.csv", "agent/prompt.md", "agent/tools.py", "agent/voiceagent.toml"),
    ]
    assert not [name for name, content in found.items() if b"do-not-tell" in content]


def test_captures_stay_wherever_they_are_kept(project: Path, loading: Any) -> None:
    (project / "kept").mkdir()
    (project / "kept" / "call.jsonl.gz").write_text("a voice")
    assert "agent/kept/call.jsonl.gz" not in context(project, loading(capture={"directory": "kept"}).settings)


def test_of_the_code_goes_what_a_bridge_runs(project: Path, loading: Any) -> None:
    found = context(project, loading().settings)
    assert {"code/voiceagent/server/serve.py", "code/voiceagent_cli/main.py", "code/voiceagent/py.typed"} <= set(found)
    parts = {name.split("/")[2] for name in found if name.startswith("code/voiceagent/")}
    assert not parts & {"emulators", "testing", "cloud", "replay", "scenarios", "__pycache__"}


def test_the_base_is_the_one_of_the_settings(project: Path, loading: Any) -> None:
    recipe = context(project, loading(deploy={"base_image": "python:3.12@sha256:00"}).settings)["Dockerfile"].decode()
    assert "ARG BASE=python:3.12@sha256:00\n" in recipe


def test_a_project_with_the_whole_disk_in_it_is_refused(project: Path, loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_MOST_BYTES", 10)
    with pytest.raises(UserError, match="holds more than"):
        context(project, loading().settings)


def test_a_link_out_of_the_project_is_not_followed(project: Path, loading: Any, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("elsewhere")
    (project / "link").symlink_to(tmp_path / "outside")
    assert "agent/link" not in context(project, loading().settings)


def test_the_archive_is_the_same_for_the_same_files() -> None:
    content = {"Dockerfile": b"FROM x", "agent/prompt.md": b"Be brief."}
    archive = packed(content)
    assert archive == packed(dict(reversed(content.items())))
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as unpacked:
        assert unpacked.getnames() == sorted(content)


def test_the_locked_packages_are_the_projects_and_are_enough(root: Path) -> None:
    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^([a-z0-9.-]+==\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))

    own = pins(root / "bridge/voiceagent/cloud/containers/recipe/requirements.lock")
    assert own <= pins(root / "requirements.lock")
    names = {pin.partition("==")[0] for pin in own}
    assert {"uvicorn", "redis", "opentelemetry-sdk", "azure-identity", "azure-communication-callautomation"} <= names
    assert not names & {"pytest", "sounddevice", "onnxruntime", "azure-mgmt-eventgrid", "azure-mgmt-resource"}


def test_nobody_in_the_image_is_root_and_it_hears_sigterm(root: Path) -> None:
    recipe = (root / "bridge/voiceagent/cloud/containers/recipe/Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (\d+)$", recipe, re.MULTILINE) == ["10001"]
    assert recipe.count("\nFROM ") == 2
    assert 'ENTRYPOINT ["python", "-m", "voiceagent_cli"]' in recipe  # the process itself, no shell that keeps signals
    assert "--require-hashes" in recipe


def test_the_command_of_the_image_is_understood(root: Path) -> None:
    import json

    from voiceagent_cli.group import load

    recipe = (root / "bridge/voiceagent/cloud/containers/recipe/Dockerfile").read_text(encoding="utf-8")
    command, *words = json.loads(re.findall(r"^CMD (.+)$", recipe, re.MULTILINE)[-1])
    params = load(command).make_context(command, words).params
    assert (params["directories"], params["json"]) == (("/agent",), True)
