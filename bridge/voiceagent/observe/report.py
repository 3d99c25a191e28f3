"""The reports of all calls of a process: those going on, and the last ones that ended."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, Note
from voiceagent.observe.cost import Prices
from voiceagent.observe.fold import CallFold

_REMEMBERED = 200
_MOST_OPEN = 5000  # a note for an unknown call opens a report; a flood of ids must not fill the memory


class ReportSink:
    """Folds notes (the port `Sink`). When a call ends, `ended` gets its finished fold, once.

    `capture_of` names a call's capture, so that the report can point at it; `not_captured` says why there is none, or "".
    """

    def __init__(
        self,
        *,
        ended: Callable[[CallFold], None] | None = None,
        capture_of: Callable[[str], str | None] | None = None,
        not_captured: Callable[[str], str] | None = None,
        prices: Prices | None = None,
    ) -> None:
        self._ended = ended
        self._capture_of = capture_of
        self._not_captured = not_captured
        self._prices = prices
        self._open: OrderedDict[str, CallFold] = OrderedDict()
        self._done: OrderedDict[str, CallFold] = OrderedDict()

    def note(self, call_id: str, at_ms: float, note: Note) -> None:
        """A note of a call."""
        fold = self._open.get(call_id)
        if fold is None:
            if call_id in self._done and not isinstance(note, CallBeganNoted):
                return  # a straggler after the end
            fold = self._open[call_id] = CallFold(call_id, self._prices)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        fold.note(at_ms, note)
        if isinstance(note, CallEndedNoted):
            self._finish(fold)

    def report(self, call_id: str, *, live: bool = False) -> dict[str, Any] | None:
        """The report of a call that has ended, by its id or correlation id; with `live` also of one that goes on, so far."""
        for folds in (self._done, self._open) if live else (self._done,):
            fold = folds.get(call_id) or next((one for one in folds.values() if one.correlation_id == call_id), None)
            if fold is not None:
                self._name_capture(fold)
                return fold.report()
        return None

    def rows(self) -> list[dict[str, Any]]:
        """One line for each call, the newest last; `live` tells the ones that go on."""
        folds = [*self._done.values(), *self._open.values()]
        return [{**fold.row(), "live": not fold.ended} for fold in folds]

    def _finish(self, fold: CallFold) -> None:
        del self._open[fold.call_id]
        self._name_capture(fold)
        self._done[fold.call_id] = fold
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        if self._ended is not None:
            self._ended(fold)

    def _name_capture(self, fold: CallFold) -> None:
        """Asked again for each report: a disk that refuses is known a moment after a call that ended at once."""
        if fold.ended and self._capture_of is not None:
            fold.capture = self._capture_of(fold.call_id)
            fold.not_captured = self._not_captured(fold.call_id) if self._not_captured is not None else ""
