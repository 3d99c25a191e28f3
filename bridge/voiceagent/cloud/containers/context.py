"""What an image is built of: the recipe, the code that runs here, and of the agent project what a bridge reads.

The image holds the very code that was tested on this machine, so nothing has to be published before it can be deployed.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

NOT_NEEDED = {"voiceagent": {"cloud", "emulators", "replay", "scenarios", "testing"}, "voiceagent_cli": set[str]()}
"""Parts that a bridge with real calls has no use for; what is not there cannot be attacked."""

_NEVER = {"__pycache__", "captures", "node_modules", "scenarios", "venv"}
_MOST_BYTES = 100_000_000


def context(project: Path, settings: Settings) -> dict[str, bytes]:
    """The files of the build by their path. UserError when the project holds more than an image should."""
    found = {
        "Dockerfile": recipe(settings.deploy.base_image),
        ".dockerignore": _read("dockerignore"),
        "requirements.lock": _read("requirements.lock"),
    }
    for package, parts in NOT_NEEDED.items():
        top = Path(str(import_module(package).__file__)).parent
        for path in _files(top):
            inside = path.relative_to(top)
            if inside.parts[0] not in parts:
                found[f"code/{package}/{inside.as_posix()}"] = path.read_bytes()
    size = 0
    for path in _files(project):
        inside = path.relative_to(project)
        if _is_theirs(inside, settings):
            size += path.stat().st_size
            if size > _MOST_BYTES:
                raise UserError(
                    f"{project} holds more than {_MOST_BYTES // 1_000_000} MB, the last of it {inside}",
                    remedy="keep there what the agent needs alone, or build the image yourself and set deploy.image",
                )
            found[f"agent/{inside.as_posix()}"] = path.read_bytes()
    return found


def recipe(base: str) -> bytes:
    """The Dockerfile, on this base."""
    return _read("Dockerfile").replace(b"ARG BASE=python:3.11-slim-bookworm", f"ARG BASE={base}".encode())


def packed(content: dict[str, bytes]) -> bytes:
    """As the archive that a registry builds from: the same files give the same bytes."""
    target = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=target, mode="wb", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w") as archive,
    ):
        for name in sorted(content):
            entry = tarfile.TarInfo(name)
            entry.size = len(content[name])
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content[name]))
    return target.getvalue()


def _read(name: str) -> bytes:
    return (files("voiceagent.cloud.containers") / "recipe" / name).read_bytes()


def _files(top: Path) -> Iterator[Path]:
    for path in sorted(top.iterdir()):
        if path.name.startswith(".") or path.name in _NEVER or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix != ".pyc":
            yield path


def _is_theirs(inside: Path, settings: Settings) -> bool:
    """Whether a file of the project travels: neither captured calls nor what deployment itself has written."""
    return not inside.is_relative_to(settings.capture.directory) and inside.parts[0] not in ("infra", "helm", "image")
