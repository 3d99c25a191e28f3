"""The report of a replayed call, folded twice: from the notes in the capture, and from those that today's session makes.

Some notes are the runner's, who has the clock on the wall and counts frames; they are taken from the capture for both.
"""

from __future__ import annotations

from typing import Any

from voiceagent.call.commands import Note
from voiceagent.capture.records import NoteRecord
from voiceagent.capture.shapes import revive
from voiceagent.observe.fold import CallFold
from voiceagent.replay.difference import unlike
from voiceagent.replay.masked import Masked

_RUNNERS = frozenset({"CallBeganNoted", "CallEndedNoted", "BridgeShareNoted"})
_DEFECT = "defect"


class Told:
    """Both reports, in the capture's masks."""

    def __init__(self, call_id: str, masked: Masked, *, capture: str) -> None:
        self.unknown = 0
        """Notes of kinds that today's code does not know."""
        self._masked = masked
        self._then, self._now = CallFold(call_id), CallFold(call_id)
        self._then.capture = self._now.capture = capture

    def recorded(self, record: NoteRecord) -> None:
        """A note of the capture."""
        try:
            note = revive({"type": record.type, "fields": record.fields})
        except ValueError:
            self.unknown += 1
            return
        self._then.note(record.at_ms, note)
        if record.type in _RUNNERS or (record.type == "Warned" and record.fields.get("code") == _DEFECT):
            self._now.note(record.at_ms, note)

    def made(self, at_ms: float, note: Note) -> None:
        """A note of today's session."""
        self._now.note(at_ms, revive(self._masked.thing(note)))

    def report(self) -> dict[str, Any]:
        """As today's code tells the call."""
        return self._now.report()

    def differences(self) -> list[str]:
        """Where it is told otherwise than then."""
        return unlike(self._then.report(), self._now.report())
