"""Events, commands, notes and settings as plain JSON values, and back: by the name of their class and their fields' types."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from voiceagent.call import commands, events
from voiceagent.call.settings import SessionSettings, TargetPolicy
from voiceagent.discreet import PhoneNumber, Words

DISCREET = "discreet"


def plain(thing: Any) -> dict[str, Any]:
    """`{"type": name, "fields": {…}}`. Discreet strings stay what they are, so that a later step can still hide them."""
    return {"type": type(thing).__name__, "fields": field_values(thing)}


def field_values(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON values."""
    return {field.name: _value(getattr(thing, field.name)) for field in fields(thing)}


def _value(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return field_values(value)
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, (list, tuple)) else value


@cache
def known() -> dict[str, type]:
    """Every class that may stand in a capture, by name."""
    found: dict[str, type] = {"SessionSettings": SessionSettings, "TargetPolicy": TargetPolicy}
    for module in (events, commands):
        for name, thing in vars(module).items():
            if isinstance(thing, type) and is_dataclass(thing):
                found[name] = thing
    return found


def revive(raw: Mapping[str, Any]) -> Any:
    """The event, command, note or settings that `plain` described. Raises ValueError for a name or fields we do not know."""
    kind = known().get(str(raw.get("type")))
    if kind is None:
        raise ValueError(f"a capture of this version knows no {raw.get('type')!r}")
    try:
        return _revive(kind, raw.get("fields") or {})
    except TypeError as error:
        raise ValueError(f"{raw.get('type')}: {error}") from error


def _revive(kind: Any, values: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    names = {field.name for field in fields(kind)}
    return kind(**{name: _typed(hints[name], value) for name, value in values.items() if name in names})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _typed(hint: Any, value: Any) -> Any:
    if hint in (Words, PhoneNumber):
        return hint(str.__str__(value) if isinstance(value, str) else value)  # a discreet string would show its mask
    if is_dataclass(hint) and isinstance(value, Mapping):
        return _revive(hint, value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not types.NoneType]
        return None if value is None else _typed(inner[0], value) if len(inner) == 1 else value
    if origin is tuple and isinstance(value, list):
        return tuple(_typed(arguments[0], item) for item in value)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {key: _typed(arguments[1], item) for key, item in value.items()}
    return value
