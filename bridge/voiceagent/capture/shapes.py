"""Events, commands, notes and settings as plain JSON values, and back: by the name of their class and their fields' types."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from voiceagent.call import commands, events
from voiceagent.call.settings import SessionSettings, TargetPolicy
from voiceagent.discreet import PhoneNumber, Words

DISCREET = "discreet"
_PLAIN = (str, int, float)


def plain(thing: Any) -> dict[str, Any]:
    """`{"type": name, "fields": {…}}`. Discreet strings stay what they are, so that a later step can still hide them."""
    return {"type": type(thing).__name__, "fields": field_values(thing)}


def field_values(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON values."""
    kind: type = type(thing)
    return {name: _value(getattr(thing, name)) for name in _names(kind)}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _value(value: Any) -> Any:
    if value is None or isinstance(value, _PLAIN):
        return value
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


def completed(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `plain` described then, with the fields that came since at their defaults; anything we do not know stays as it is.

    A capture of last year does not lack what its code had no idea of.
    """
    try:
        now = plain(revive(raw))
    except ValueError:
        return raw
    whole: Mapping[str, Any] = _overlaid(now, raw)
    return whole


def _overlaid(now: Any, then: Any) -> Any:
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        return {**now, **{name: _overlaid(now[name], value) if name in now else value for name, value in then.items()}}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [_overlaid(*pair) for pair in zip(now, then, strict=True)]
    return then


def _revive(kind: Any, values: Mapping[str, Any]) -> Any:
    readers = _readers(kind)
    return kind(
        **{name: value if (read := readers[name]) is None else read(value) for name, value in values.items() if name in readers}
    )


_Read = Callable[[Any], Any]


@cache
def _readers(kind: type) -> dict[str, _Read | None]:
    """How each field is made from its JSON value; None: it is that value."""
    hints = typing.get_type_hints(kind)
    return {name: _reader(hints[name]) for name in _names(kind)}


def _reader(hint: Any) -> _Read | None:
    if hint in (Words, PhoneNumber):
        # A discreet string would show its mask.
        return lambda value: hint(str.__str__(value) if isinstance(value, str) else value)
    if is_dataclass(hint):
        return lambda value: _revive(hint, value) if isinstance(value, Mapping) else value
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not types.NoneType]
        read = _reader(inner[0]) if len(inner) == 1 else None
        return read and (lambda value: None if value is None else read(value))
    if origin is tuple:
        return _in_list(_reader(arguments[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _in_mapping(_reader(arguments[1]))
    return None


def _in_list(read: _Read | None) -> _Read:
    return lambda value: tuple(map(read, value) if read else value) if isinstance(value, list) else value


def _in_mapping(read: _Read | None) -> _Read:
    return lambda value: (
        {key: read(item) if read else item for key, item in value.items()} if isinstance(value, Mapping) else value
    )
