"""A deployment as files, for whoever deploys with tools of their own: `azd`, `az`, `docker`, `helm`.

azure.yaml                     what azd reads first
infra/*.bicep, *.json          the resources
image/                         what the image is built of
helm/                          the chart, with the values of this project
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.cloud.containers import bicep, helm
from voiceagent.cloud.containers.context import context
from voiceagent.cloud.containers.names import app_name, group_name
from voiceagent.cloud.containers.wanted import wanted
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded

_KEPT = "# Yours"
"""A file whose first line begins so is not written over."""


def rendered(project: Path, loaded: Loaded) -> dict[str, bytes]:
    """All files by path. No secret is in them: templates ask for them, and the project's `.env` stays where it is."""
    what = wanted(loaded)
    texts = {
        "azure.yaml": azure_yaml(app_name(loaded.settings)),
        "infra/main.bicep": bicep.main(what, group=group_name(loaded.settings)),
        "infra/resources.bicep": bicep.resources(what),
        "infra/main.parameters.json": bicep.parameters(what),
    }
    found = {name: text.encode() for name, text in texts.items()}
    found |= {f"image/{name}": content for name, content in context(project, loaded.settings).items()}
    chart = _tree(files("voiceagent.cloud.containers") / "recipe" / "chart", "helm/")
    return found | chart | {"helm/values.yaml": _yaml({**_defaults(chart["helm/values.yaml"]), **helm.values(what)})}


def write(directory: Path, content: dict[str, bytes]) -> list[Path]:
    """Write the files; returns those that are new or changed. What was rendered before and is no more wanted goes."""
    changed = []
    try:
        for name, data in content.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_bytes() if path.is_file() else None
            if before != data and not (before or b"").startswith(_KEPT.encode()):
                path.write_bytes(data)
                changed.append(path)
        for folder in ("image", "infra"):
            for path in sorted((directory / folder).rglob("*")):
                if path.is_file() and path.relative_to(directory).as_posix() not in content:
                    path.unlink()
    except OSError as error:
        raise UserError(f"{directory} cannot be written: {error.strerror}", remedy="name a folder you may write") from error
    return changed


def azure_yaml(name: str) -> str:
    """What `azd up` needs to know: one service, built by the registry itself."""
    return f"""\
# Written by `voiceagent deploy render`; change voiceagent.toml and render again.
name: {name}
requiredVersions:
  azd: ">= 1.10.0"
infra:
  provider: bicep
  path: infra
services:
  bridge:
    project: image
    language: docker
    host: containerapp
    docker:
      path: Dockerfile
      remoteBuild: true
"""


def _tree(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        found |= _tree(entry, f"{prefix}{entry.name}/") if entry.is_dir() else {f"{prefix}{entry.name}": entry.read_bytes()}
    return found


def _defaults(content: bytes) -> dict[str, Any]:
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe", pure=True).load(content)
    return found


def _yaml(values: dict[str, Any]) -> bytes:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)  # it declares the last of these as None
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # the order is the reader's
    target = StringIO("")
    yaml.dump(values, target)
    return f"# Written by `voiceagent deploy render`; change voiceagent.toml and render again.\n{target.getvalue()}".encode()
