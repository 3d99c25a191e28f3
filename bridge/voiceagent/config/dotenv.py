"""The `.env` file of a project: NAME=value lines, as shells and docker read them."""

from __future__ import annotations

import re
from pathlib import Path

from voiceagent.errors import UserError, unreadable

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(?P<value>.*)$")
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\s*(?:#.*)?$", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_dotenv(path: Path) -> dict[str, str]:
    """The values of a file; nothing when there is none. UserError names the line that is not NAME=value."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    return parse_dotenv(text, str(path))


def parse_dotenv(text: str, name: str = ".env") -> dict[str, str]:
    """Comments, blank lines, `export`, single and double quotes (escapes in double ones), a later line wins."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise UserError(f"{name}:{number} is not NAME=value", remedy="write NAME=value, or begin the line with #")
        values[match["name"]] = _value(match["value"], f"{name}:{number}")
    return values


def _value(raw: str, where: str) -> str:
    raw = raw.strip()
    if raw[:1] not in ("'", '"'):
        return re.split(r"\s#", f" {raw}", maxsplit=1)[0].strip()  # a # inside a word belongs to it
    match = _QUOTED.match(raw)
    if match is None:
        raise UserError(f"{where}: the quote is not closed", remedy=f"end the value with {raw[0]}")
    if match["quote"] == "'":
        return match["text"]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match["text"])
