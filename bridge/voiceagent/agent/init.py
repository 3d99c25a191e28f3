"""New agent projects: the templates that lie beside this file, what can be chosen in them, and the parts that go with any.

A template works offline as it is. What is chosen is written into its `voiceagent.toml`, where the author finds it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from voiceagent.discreet import PhoneNumber
from voiceagent.errors import UserError

# Files that begin with a dot are stored without it, so that no tool takes the template's for its own.
_DOTTED = {"gitignore": ".gitignore", "env.example": ".env.example"}

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Template:
    """`first_words`: what to say to it in a first call."""

    line: str
    first_words: str


TEMPLATES: Mapping[str, Template] = {
    "orders": Template("looks things up, and hands over to a person", "Where is my order four two seven one?"),
    "reception": Template("hands callers over, in every way there is", "I want to buy chairs."),
    "intake": Template("takes down why a patient comes, and puts emergencies through", "I would like to check in for a visit."),
    "blank": Template("the least there can be, to begin with", "What time is it?"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that can go with any template. `files`: by path in the project, the file it is stored in."""

    line: str
    files: Mapping[str, str]


PARTS: Mapping[str, Part] = {
    "agents": Part("AGENTS.md, for coding agents", {"AGENTS.md": "agents/AGENTS.md"}),
    "devcontainer": Part(
        ".devcontainer, with voiceagent, az and azd", {".devcontainer/devcontainer.json": "devcontainer/devcontainer.json"}
    ),
    "ci": Part("a workflow that runs `voiceagent test`", {".github/workflows/conversations.yml": "ci/workflow.yml"}),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the author wants of a template; what is empty stays as it is there."""

    name: str = ""
    greeting: str = ""
    language: str = ""
    voice: str = ""
    phone_number: PhoneNumber | None = None
    """Whom callers are handed to, where the template has somebody."""


def templates() -> list[str]:
    """The names of the templates."""
    return list(TEMPLATES)


def template_files(template: str = "orders") -> dict[str, bytes]:
    """What a template writes: content by path inside the project."""
    if template not in TEMPLATES:
        raise UserError(f"there is no template {template!r}", remedy=f"choose one of: {', '.join(templates())}")
    return dict(sorted(_read(_folder() / template, "").items()))


def part_files(names: Iterable[str]) -> dict[str, bytes]:
    """What these parts write: content by path inside the project."""
    found = {}
    for name in names:
        if name not in PARTS:
            raise UserError(f"there is no part {name!r}", remedy=f"choose of: {', '.join(PARTS)}")
        for path, stored in PARTS[name].files.items():
            found[path] = (_folder() / "_parts" / stored).read_bytes()
    return found


def chosen(files: Mapping[str, bytes], choices: Choices) -> dict[str, bytes]:
    """The same files with what was chosen in the settings. UserError for a number that is none."""
    text = files["voiceagent.toml"].decode()
    for key in ("name", "greeting", "language", "voice"):
        if value := getattr(choices, key):
            text = _with(text, key, value)
    if choices.phone_number is not None:
        number = choices.phone_number.shown
        if not can_be_dialled(number):
            raise UserError(
                "the telephone number of a person must be written as the world dials it",
                remedy="begin with + and the country: +14255550123",
            )
        text = re.sub(r'^(phone_number = )"[^"]*"', rf'\g<1>"{number}"', text, count=1, flags=re.MULTILINE)
    return {**files, "voiceagent.toml": text.encode()}


def can_be_dialled(number: str) -> bool:
    """Whether a number is written as the world dials it, such as +14255550123."""
    return _E164.fullmatch(number) is not None


def _with(text: str, key: str, value: str) -> str:
    """`key` of `[agent]` set to a value: where it stands, or as a new line of that table."""
    head, table, rest = text.partition("[agent]\n")
    inside, mark, after = rest.partition("\n[")
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    changed, found = re.subn(rf"^{key} = .*$", lambda _: line, inside, count=1, flags=re.MULTILINE)
    return head + table + (changed if found else f"{line}\n{inside}") + mark + after


def write_project(
    directory: Path, template: str = "orders", *, choices: Choices | None = None, parts: Iterable[str] = ()
) -> list[Path]:
    """Write a project and return its files. Nothing is written when any file is already there."""
    files = chosen(template_files(template), choices or Choices()) | part_files(parts)
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


def _folder() -> Traversable:
    return resources.files("voiceagent.agent") / "template"


def _read(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= {} if entry.name == "__pycache__" else _read(entry, f"{prefix}{entry.name}/")
        else:
            found[f"{prefix}{_DOTTED.get(entry.name, entry.name)}"] = entry.read_bytes()
    return found
