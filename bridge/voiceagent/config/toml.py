"""Reading a settings file so that every complaint can name its line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from voiceagent.errors import UserError, unreadable
from voiceagent.nesting import DEEPEST, too_deep

_TABLE = re.compile(r"\s*\[(?P<array>\[)?\s*(?P<name>[^\]]+?)\s*\]")
_KEY = re.compile(r"\s*(?P<name>[A-Za-z0-9_\-.\"' ]+?)\s*=")
_POSITION = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file. UserError tells line and column of broken TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _POSITION.match(str(error))
        what = match["what"] if match else str(error)
        place = f"{path}:{match['line']}:{match['column']}" if match and match["line"] else f"the end of {path}"
        raise UserError(f"{place}: this is not TOML: {what}", remedy="mend the line; text values need quotes") from error
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    except RecursionError:
        raise _too_deep(path) from None
    if too_deep(tables):
        raise _too_deep(path)
    return tables


def _too_deep(path: Path) -> UserError:
    return UserError(f"{path} is nested deeper than {DEEPEST} levels", remedy="close its brackets; no setting is that deep")


def lines_of(path: Path) -> dict[str, int]:
    """The line on which each dotted key stands; array tables count from 0 (`thinker.rules.0.match`)."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    for number, line in enumerate(lines, 1):
        heading = _TABLE.match(line)
        if heading and "=" not in line.split("]")[0]:
            table = _dotted(heading["name"])
            for array in sorted(counts, key=len, reverse=True):  # a table inside the newest entry of an array
                if table.startswith(f"{array}."):
                    table = f"{array}.{counts[array]}{table[len(array) :]}"
                    break
            if heading["array"]:
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}.{counts[table]}"
            found.setdefault(table, number)
        elif (key := _KEY.match(line)) and not line.lstrip().startswith("#"):
            name = _dotted(key["name"])
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found


def _dotted(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
