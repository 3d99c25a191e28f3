"""Digits that only one tool may know, taken out of whatever it answers or fails with."""

from __future__ import annotations

import json
import re
from typing import Any

from voiceagent.nesting import read_json

HIDDEN = "<digits>"
_SHORT = 4
"""Fewer digits than this are hidden only where they stand alone: "1" is in too many numbers that are not the caller's."""


class Veil:
    """Hides one entry of digits, however they are grouped: `4271`, `42 71`, `4-2-7-1`."""

    def __init__(self, digits: str) -> None:
        spaced = r"[\s.,/_-]{0,2}".join(map(re.escape, digits))
        alone = len(digits) < _SHORT
        self._found = re.compile(rf"(?<!\d){spaced}(?!\d)" if alone else spaced) if digits else None

    def text(self, text: str) -> str:
        """Plain text without them."""
        return text if self._found is None else self._found.sub(HIDDEN, text)

    def json(self, text: str) -> str:
        """JSON text without them, still JSON: a number that shows them becomes a text that does not."""
        if self._found is None or not self._found.search(text):
            return text
        try:
            value = self._value(read_json(text))
        except ValueError:  # nested beyond reason: no longer a value, but a text, and without them all the same
            value = self.text(text)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self._value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            shown = self.text(repr(value))
            return value if shown == repr(value) else shown
        return value
