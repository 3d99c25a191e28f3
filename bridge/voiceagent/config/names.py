"""What the schema knows about each setting: its dotted key, type, help, environment names, and whether it is a secret.

One walk of the schema feeds loading, `config show` and the generated reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voiceagent.config.schema import Settings


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. `env` in order of rank: the well-known names first, ours last."""

    name: str
    field: FieldInfo
    env: tuple[str, ...]
    secret: bool

    @property
    def is_text(self) -> bool:
        """An environment value is taken as it is; all other types may also be written as JSON."""
        return self.field.annotation is str


@cache
def keys() -> dict[str, Key]:
    """All settings by dotted key, in the schema's order."""
    return {key.name: key for key in _walk(Settings, "")}


def _walk(model: type[BaseModel], prefix: str) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        dotted = f"{prefix}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _walk(field.annotation, f"{dotted}.")
            continue
        extra: Any = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        ours = "VOICEAGENT_" + dotted.upper().replace(".", "_")
        names = [*extra.get("env", ()), ours]
        yield Key(dotted, field, tuple(dict.fromkeys(names)), bool(extra.get("secret")))
