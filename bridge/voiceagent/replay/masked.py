"""What today's code wants, hidden the way the capture hides what the code of its day wanted: only alike can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.capture.redact import Redactor
from voiceagent.capture.shapes import plain

Plain = Mapping[str, Any]
"""An event, command or note as it stands in a capture: its type and its fields."""


class Masked:
    """`policy` as the capture's header tells it. Hiding twice is hiding once, so what is hidden already may be passed too.

    No key is needed: in events, commands and notes of a redacted capture every number is a pseudonym already.
    """

    def __init__(self, policy: str) -> None:
        self.redacted = policy != "full"
        self._redactor = Redactor("redacted" if self.redacted else "full", key=b"")

    def thing(self, thing: Any) -> Plain:
        """An event, command or note."""
        return self.again(plain(thing))

    def again(self, thing: Plain) -> Plain:
        """One that comes from a capture."""
        fields = thing.get("fields") or {}
        return {"type": thing.get("type"), "fields": self._redactor.fields(fields) if fields else {}}

    def frame(self, content: Any) -> Any:
        """The JSON value of a frame."""
        return self._redactor.value(content)
