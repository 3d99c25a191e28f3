"""All settings as rows of name, value and origin; of a secret only whether there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded

HIDDEN = "<hidden>"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting."""

    name: str
    value: Any
    origin: str

    @property
    def text(self) -> str:
        """The value in one cell."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)


def rows(loaded: Loaded) -> list[Row]:
    """Every setting in the order of the schema."""
    from voiceagent.config.names import keys

    plain = loaded.settings.model_dump(mode="json")
    table = []
    for key in keys().values():
        value = reduce(lambda section, name: section[name], key.name.split("."), plain)
        shown = (HIDDEN if value else "") if key.secret else value
        table.append(Row(key.name, shown, _origin(loaded, key.name)))
    return table


def _origin(loaded: Loaded, name: str) -> str:
    """Where the value was found; the entries of a table of the author's may come from several places."""
    below = {origin.place: None for key, origin in loaded.origins.items() if key.startswith(f"{name}.")}
    return ", ".join(below) or loaded.origin(name).place
