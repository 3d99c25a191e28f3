"""What today's code wants, hidden the way the capture hides what the code of its day wanted: only alike can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.capture.masks import mask_words
from voiceagent.capture.redact import Redactor
from voiceagent.capture.shapes import plain

Plain = Mapping[str, Any]
"""An event, command or note as it stands in a capture: its type and its fields."""

_ORDER = "instructions"


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
        hidden = self._redactor.value(content)
        # Words that an engine without verbatim speech must be ordered to say stand inside an instruction.
        response = hidden.get("response") if self.redacted and isinstance(hidden, dict) else None
        if isinstance(response, dict) and isinstance(response.get(_ORDER), str):
            return {**hidden, "response": {**response, _ORDER: mask_words(response[_ORDER])}}
        return hidden
