"""How deeply a value may be nested before nobody here looks inside it: whoever walks one spends a stack frame on each level.

A model writes its tools' arguments as it likes, and an author his settings; neither may reach the end of our stack.
"""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 100  # far more than any tool's arguments have, far less than the thousand frames of Python's stack


def read_json(text: str | bytes) -> Any:
    """What `json.loads` gives. ValueError for text that is no JSON, and for what is nested deeper than `DEEPEST`."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    if too_deep(value):
        raise _too_deep()
    return value


def too_deep(value: Any) -> bool:
    """Whether lists and tables stand inside each other in more than `DEEPEST` levels; told without descending into them."""
    level = [value]
    for _ in range(DEEPEST):
        level = [item for one in level for item in _inside(one) if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _too_deep() -> ValueError:
    return ValueError(f"nested deeper than {DEEPEST} levels")
