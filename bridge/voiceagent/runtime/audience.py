"""Who hears a call's notes, and that none of them can harm the call: a sink that breaks loses notes, and nobody else does."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from voiceagent.call.commands import Note
from voiceagent.ports import Clock, Sink

_log = logging.getLogger(__name__)


class Audience:
    """The sinks of one call, in their order."""

    def __init__(self, call_id: str, clock: Clock, sinks: Sequence[Sink]) -> None:
        self._call_id = call_id
        self._clock = clock
        self._sinks = tuple(sinks)
        self._broken: set[int] = set()

    def note(self, note: Note, at_ms: float | None = None) -> None:
        """Tell everybody, now unless another time of the call is given. Never raises."""
        at_ms = self._clock.now_ms() if at_ms is None else at_ms
        for number, sink in enumerate(self._sinks):
            try:
                sink.note(self._call_id, at_ms, note)
            except Exception:  # whoever watches (a full disk, a defect in a report) is no reason to hang up on the caller
                self._tell_of(number)

    def _tell_of(self, number: int) -> None:
        """Once: a sink that breaks at one note is likely to break at each of hundreds."""
        if number in self._broken:
            return
        self._broken.add(number)
        _log.exception("call %s: %s failed, and what it keeps has gaps", self._call_id, type(self._sinks[number]).__name__)
