"""Google-style docstrings: which part describes the tool, and which lines describe its parameters."""

from __future__ import annotations

import inspect
import re

_SECTION = re.compile(
    r"(args|arguments|parameters|returns?|raises?|yields?|examples?|notes?|attributes|todo|warnings?)\s*:\s*$", re.IGNORECASE
)
_PARAMETERS = {"args", "arguments", "parameters"}
_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)\s*(\([^)]*\))?\s*:\s*(?P<text>.*)$")


def read(docstring: str | None) -> tuple[str, dict[str, str]]:
    """The description (everything before the first section) and what `Args:` says of each parameter."""
    if not docstring:
        return "", {}
    lines = inspect.cleandoc(docstring).splitlines()
    opening: list[str] = []
    parameters: dict[str, str] = {}
    section: str | None = None
    body: list[str] = []
    for line in [*lines, "end:"]:
        heading = _heading(line)
        if heading is None and line != "end:":
            (opening if section is None else body).append(line)
            continue
        if section in _PARAMETERS:
            parameters |= _entries(body)
        section, body = heading, []
    return _joined(opening), parameters


def _heading(line: str) -> str | None:
    match = _SECTION.match(line)  # a section begins in the first column
    return match[1].lower() if match else None


def _entries(lines: list[str]) -> dict[str, str]:
    """`name (type): text`, with deeper lines continuing the text."""
    found: dict[str, str] = {}
    name, indent = "", None
    for line in lines:
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        entry = _ENTRY.match(line.strip())
        if entry and (indent is None or depth <= indent):
            name, indent = entry["name"], depth
            found[name] = entry["text"].strip()
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _joined(lines: list[str]) -> str:
    """Paragraphs keep their blank line; lines within one are joined."""
    paragraphs = "\n".join(lines).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
