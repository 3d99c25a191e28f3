"""New agent projects from the templates that lie beside this file."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from voiceagent.errors import UserError

# Files that begin with a dot are stored without it, so that no tool takes the template's for its own.
_DOTTED = {"gitignore": ".gitignore", "env.example": ".env.example"}


def templates() -> list[str]:
    """The names of the templates."""
    folder = resources.files("voiceagent.agent") / "template"
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("_"))


def template_files(template: str = "orders") -> dict[str, bytes]:
    """What a template writes: content by path inside the project."""
    if template not in templates():
        raise UserError(f"there is no template {template!r}", remedy=f"choose one of: {', '.join(templates())}")
    return dict(sorted(_read(resources.files("voiceagent.agent") / "template" / template, "").items()))


def _read(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= {} if entry.name == "__pycache__" else _read(entry, f"{prefix}{entry.name}/")
        else:
            found[f"{prefix}{_DOTTED.get(entry.name, entry.name)}"] = entry.read_bytes()
    return found


def write_project(directory: Path, template: str = "orders") -> list[Path]:
    """Write a project and return its files. Nothing is written when any file is already there."""
    files = template_files(template)
    if directory.exists() and not directory.is_dir():
        raise UserError(f"{directory} is a file", remedy="name a folder")
    there = [name for name in files if (directory / name).exists()]
    if there:
        what = there[0] if len(there) == 1 else f"{there[0]} and {len(there) - 1} more"
        raise UserError(
            f"{directory} already holds {what}; nothing was written", remedy="name a new folder, or remove the old project"
        )
    try:
        for name, content in files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{directory} cannot be written: {error.strerror}", remedy="name a folder you may write") from error
    return [directory / name for name in files]
