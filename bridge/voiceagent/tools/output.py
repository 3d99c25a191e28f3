"""A tool's result as the JSON text the engine gets: any ordinary Python value, never longer than the limit."""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any

_SCALARS = (str, int, float, bool, type(None))
_UNFOLDED = (str, list, tuple, dict, set, frozenset, deque)


def result_text(value: Any, limit_bytes: int) -> str:
    """JSON of a result. What does not fit is cut and says so; TypeError when the value has no JSON form.

    Lists, mappings, sets and dataclasses are unfolded a level at a time and no further than the limit reaches, so that ten
    megabytes of them do not hold up the calls. A pydantic model is converted whole: what it shows of itself only it knows.
    """
    try:
        kept, left = _trim(_jsonable(value), limit_bytes, _key, set())
        text = json.dumps(_finite(kept), ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise TypeError(f"a {type(value).__name__} nested as deeply as this has no JSON form") from None
    if left > 0 and len(text.encode()) <= limit_bytes:
        return text
    return _cut(text, limit_bytes)


def error_text(sentence: str) -> str:
    """JSON of a failure, as a sentence for the model."""
    return json.dumps({"error": sentence}, ensure_ascii=False)


def _jsonable(value: Any) -> Any:
    """Pydantic models, dates, Decimals, enumerations and the like as plain values; what is unfolded here stays as it is."""
    if isinstance(value, _UNFOLDED) or _is_dataclass(value):
        return value
    if isinstance(value, Iterator):  # it may never end, and what it yields is gone for whoever reads it next
        raise TypeError(f"a {type(value).__name__} has no JSON form: return list(…) of it, with an end")
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return to_jsonable_python(value)
    except (PydanticSerializationError, ValueError, UnicodeDecodeError) as error:
        raise TypeError(f"a {type(value).__name__} has no JSON form") from error


def _is_dataclass(value: Any) -> bool:
    """An object whose fields are all there is to it; one of pydantic's writes itself."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "__pydantic_serializer__")


def _trim(value: Any, left: int, key_of: Callable[[Any], str], above: set[int]) -> tuple[Any, int]:
    """The beginning of a value, about `left` characters of it, and what is left; nothing left means: it was cut.

    `above` are the objects that are open on the way down to this one.
    """
    if isinstance(value, str):
        return (value, left - len(value) - 2) if len(value) + 2 <= left else (value[: max(left, 0)], 0)
    if isinstance(value, _SCALARS):
        return value, left - 1
    if id(value) in above:
        raise TypeError(f"a {type(value).__name__} that holds itself has no JSON form")
    above.add(id(value))
    trimmed = _trim_inner(value, left, key_of, above)
    above.discard(id(value))
    return trimmed


def _trim_inner(value: Any, left: int, key_of: Callable[[Any], str], above: set[int]) -> tuple[Any, int]:
    if isinstance(value, Mapping):
        return _trim_table(value.items(), left, key_of, above)
    if isinstance(value, (list, tuple)):
        return _trim_list(value, left, key_of, above)
    if isinstance(value, (Set, deque)):
        return _trim_list(value, left, _inner_key, above)
    if _is_dataclass(value):
        members = ((one.name, getattr(value, one.name)) for one in dataclasses.fields(value))
        return _trim_table(members, left, _inner_key, above)
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _trim_table(
    members: Iterable[tuple[Any, Any]], left: int, key_of: Callable[[Any], str], above: set[int]
) -> tuple[dict[str, Any], int]:
    table: dict[str, Any] = {}
    for key, item in members:
        if left <= 0:
            break
        name = key_of(key)
        table[name], left = _trim(_jsonable(item), left - len(name) - 4, key_of, above)
    return table, left


def _trim_list(members: Iterable[Any], left: int, key_of: Callable[[Any], str], above: set[int]) -> tuple[list[Any], int]:
    items: list[Any] = []
    for item in members:
        if left <= 0:
            break
        kept, left = _trim(_jsonable(item), left - 1, key_of, above)
        items.append(kept)
    return items, left


def _inner_key(key: Any) -> str:
    """Of a mapping inside a dataclass or a set: as pydantic writes it, who wrote those whole before."""
    if isinstance(key, str):
        return key
    from pydantic_core import to_jsonable_python

    return str(next(iter(to_jsonable_python({key: None}))))


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    plain = _jsonable(key)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def _cut(text: str, limit_bytes: int) -> str:
    """`{"cut": true, "beginning": "…"}` within the limit. Quotes inside the beginning take two bytes, so it is fitted."""
    room = limit_bytes
    while True:
        marked = json.dumps({"cut": True, "limit_bytes": limit_bytes, "beginning": text[:room]}, ensure_ascii=False)
        size = len(marked.encode())
        if size <= limit_bytes or room == 0:
            return marked
        room = max(0, min(room - (size - limit_bytes) // 4 - 1, room))
