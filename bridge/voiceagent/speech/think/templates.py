"""How a reply's template becomes a sentence: `{field}` of the result or the slots, `{field:spell}` digit by digit. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_FIELD = re.compile(r"\{(?P<name>[A-Za-z_][\w.]*)(?P<spell>:spell)?\}")


def fill(template: str, fields: Mapping[str, Any]) -> str:
    """The template with its fields filled in. A field that is missing or null leaves nothing behind, not even its space."""

    def value(match: re.Match[str]) -> str:
        found = look_up(match["name"], fields)
        return spell(str(found)) if match["spell"] and found is not None else spoken(found)

    return re.sub(r"\s+([.,;:?!])", r"\1", " ".join(_FIELD.sub(value, template).split()))


def look_up(name: str, fields: Mapping[str, Any]) -> Any:
    """A field by its name; dots reach into nested objects. None when there is no such field."""
    found: Any = fields
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def spell(text: str) -> str:
    """The characters one by one: "4271" is "4 2 7 1", "AB-12" is "A B 1 2"."""
    return " ".join(character for character in text if character.isalnum())


def spoken(value: Any) -> str:
    """A value of JSON as words: null is nothing, lists are joined, an identifier such as `in_transit` loses its underscores."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            words = [spoken(each) for each in value]
            return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
        case Mapping():
            return ", ".join(f"{spoken(str(key))}: {spoken(each)}" for key, each in value.items())
        case str() if re.fullmatch(r"[a-z]+(_[a-z]+)+", value):
            return value.replace("_", " ")
        case _:
            return str(value)
