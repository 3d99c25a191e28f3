"""One part of a JSON value by a path such as `data.orders[0].status`; what is not there is null, not a failure."""

from __future__ import annotations

import re
from typing import Any

_STEP = re.compile(r"(?:^|\.)(?P<name>[^.\[\]]+)|\[(?P<index>-?\d+)\]")


def is_path(path: str) -> bool:
    """Whether a text is such a path; the empty one means everything."""
    return "".join(match[0] for match in _STEP.finditer(path)) == path


def select(value: Any, path: str) -> Any:
    """The part of `value` that `path` names."""
    for step in _STEP.finditer(path):
        if step["name"] is not None:
            value = value.get(step["name"]) if isinstance(value, dict) else None
        else:
            index = int(step["index"])
            fits = isinstance(value, list) and -len(value) <= index < len(value)
            value = value[index] if fits else None
    return value
