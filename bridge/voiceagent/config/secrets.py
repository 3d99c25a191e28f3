"""Which settings are secrets, how they are carried (`discreet.Secret`), and how settings are shown without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from voiceagent.config.names import keys
from voiceagent.config.schema import Settings
from voiceagent.discreet import Secret

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `config show`. A secret's value is `Secret` and masks itself, unless it was asked for in the clear."""

    key: str
    value: Any
    origin: str
    kind: str
    secret: bool


def wrapped(settings: Settings) -> Settings:
    """The same settings, with every secret as a `Secret`: no f-string, log line or traceback shows it. Its text is `.shown`."""
    for key in keys().values():
        if key.secret:
            settings = _with_secret(settings, key.name.split("."))
    return settings


def _with_secret(model: Any, path: list[str]) -> Any:
    name, *rest = path
    value = getattr(model, name)
    inner = _with_secret(value, rest) if rest else Secret(value)
    return model.model_copy(update={name: inner})


def secret_values(settings: Settings) -> list[str]:
    """The plain texts that must never reach a file, longest first; with the key inside a connection string on its own."""
    found: set[str] = {value.shown for value in settings.tools.references.values()}
    for key in keys().values():
        if key.secret and (value := get(settings, key.name)):
            plain = value.shown if isinstance(value, Secret) else str(value)
            found.add(plain)
            found |= {part.split("=", 1)[1] for part in plain.split(";") if part.lower().startswith("accesskey=")}
    return sorted((text for text in found if len(text) >= 6), key=len, reverse=True)


def describe(loaded: Loaded, show_secrets: bool = False) -> list[Row]:
    """All settings with value and origin, in the schema's order."""
    rows = []
    for key in keys().values():
        value = get(loaded.settings, key.name)
        if isinstance(value, Secret) and show_secrets:
            value = value.shown
        origin = _origin(loaded, key.name)
        rows.append(Row(key.name, _plain(value), origin.place, origin.kind, key.secret))
    return rows


def _origin(loaded: Loaded, key: str) -> Any:
    inside = [origin for name, origin in loaded.origins.items() if name.startswith(f"{key}.")]
    return inside[0] if inside else loaded.origin(key)


def get(settings: Settings, key: str) -> Any:
    """A setting by its dotted key."""
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_defaults=True)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
