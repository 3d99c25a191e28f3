"""A tool's result as the JSON text the engine gets: any ordinary Python value, never longer than the limit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_SCALARS = (str, int, float, bool, type(None))


def result_text(value: Any, limit_bytes: int) -> str:
    """JSON of a result. What does not fit is cut and says so; TypeError when the value has no JSON form.

    The work is bounded by the limit and not by the value's size, so that ten megabytes do not hold up the calls.
    """
    kept, left = _trim(_jsonable(value), limit_bytes)
    text = json.dumps(_finite(kept), ensure_ascii=False, separators=(",", ":"))
    if left > 0 and len(text.encode()) <= limit_bytes:
        return text
    return _cut(text, limit_bytes)


def error_text(sentence: str) -> str:
    """JSON of a failure, as a sentence for the model."""
    return json.dumps({"error": sentence}, ensure_ascii=False)


def _jsonable(value: Any) -> Any:
    """Dataclasses, pydantic models, dates, Decimals, enumerations and the like as plain values."""
    if isinstance(value, (str, list, tuple, dict)):
        return value
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return to_jsonable_python(value)
    except (PydanticSerializationError, ValueError, UnicodeDecodeError) as error:
        raise TypeError(f"a {type(value).__name__} has no JSON form") from error


def _trim(value: Any, left: int) -> tuple[Any, int]:
    """The beginning of a value, about `left` characters of it, and what is left; nothing left means: it was cut."""
    if isinstance(value, str):
        return (value, left - len(value) - 2) if len(value) + 2 <= left else (value[: max(left, 0)], 0)
    if isinstance(value, Mapping):
        table: dict[str, Any] = {}
        for key, item in value.items():
            if left <= 0:
                break
            name = _key(key)
            table[name], left = _trim(_jsonable(item), left - len(name) - 4)
        return table, left
    if isinstance(value, (list, tuple)):
        items: list[Any] = []
        for item in value:
            if left <= 0:
                break
            kept, left = _trim(_jsonable(item), left - 1)
            items.append(kept)
        return items, left
    if isinstance(value, _SCALARS):
        return value, left - 1
    raise TypeError(f"a {type(value).__name__} has no JSON form")


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
