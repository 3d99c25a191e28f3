"""YAML as people write it: plain values, and the line on which each of them stands.

YAML 1.2, where `No` is a word and not a boolean. A number that would lose something as a number (`0042`, `+14255550100`) stays
text.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiceagent.errors import UserError

Place = tuple[str | int, ...]
"""How to get to a value: `("steps", 0, "say")`."""

LARGEST_BYTES = 1_000_000
MOST_NODES = 100_000
"""Aliases can make a short file endless; a scenario has some hundred values."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file. `lines` has an entry for every value and counts from 1."""

    path: Path
    values: Any
    lines: dict[Place, int]

    def where(self, place: Place) -> str:
        """`scenarios/first.yaml:12`, of the value or of the nearest thing around it."""
        for end in range(len(place), -1, -1):
            if (line := self.lines.get(place[:end])) is not None:
                return f"{self.path}:{line}"
        return str(self.path)


def read(path: Path) -> Written:
    """Read a file. UserError names the line that is not YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = _text(path)
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise UserError(f"{path}{line}: this is not YAML: {error.problem or error.context}.", remedy=_HINT) from None
    except (YAMLError, ValueError) as error:
        raise UserError(f"{path}: this is not YAML: {str(error).splitlines()[0]}.", remedy=_HINT) from None
    reader = _Reader(path)
    values = None if root is None else reader.value(root, ())
    return Written(path, values, reader.lines)


_HINT = "indent with spaces, and put text with `: ` or ` #` in quotes"


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB; a scenario is a page.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text.", remedy="save it as UTF-8") from error


class _Reader:
    """Walks the parsed nodes of one file."""

    def __init__(self, path: Path) -> None:
        self.lines: dict[Place, int] = {}
        self._path = path
        self._inside: list[int] = []

    def value(self, node: Any, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._inside or len(self.lines) > MOST_NODES:
            raise UserError(f"{self._path}:{node.start_mark.line + 1}: this alias has no end.")
        if isinstance(node.value, str):
            return _scalar(node)
        self._inside.append(id(node))
        values = self._mapping(node, place) if node.tag.endswith(":map") else self._sequence(node, place)
        self._inside.pop()
        return values

    def _sequence(self, node: Any, place: Place) -> list[Any]:
        return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: Any, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, item in self._pairs(node):
            name = str(key.value)
            if name in values:
                raise UserError(f"{self._path}:{key.start_mark.line + 1}: `{name}` stands here for the second time.")
            self.lines[(*place, name)] = key.start_mark.line + 1
            values[name] = self.value(item, (*place, name))
        return values

    def _pairs(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for key, item in node.value:
            if not isinstance(key.value, Hashable):
                raise UserError(f"{self._path}:{key.start_mark.line + 1}: a key must be a word.")
            yield key, item


def _scalar(node: Any) -> Any:
    text: str = node.value
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return _number(text, kind)
    return text


def _number(text: str, kind: str) -> int | float | str:
    try:
        if kind == "int":
            number = int(text.replace("_", ""), 0) if text[:1] != "0" or text == "0" else None
            return number if number is not None and str(number) == text else text
        return float(text)
    except ValueError:
        return text
