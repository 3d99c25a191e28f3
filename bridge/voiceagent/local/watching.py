"""One call picked out of the bridge's feed, which tells all calls: shown as it happens, and known to have ended."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from voiceagent.local.workbench import Workbench

Show = Callable[[Mapping[str, Any]], None]


class Watching:
    """Follows the feed in `run`. The call is named with `only`, once the phone has told its correlation id."""

    def __init__(self, show: Show) -> None:
        self.opened = asyncio.Event()
        self.ended = asyncio.Event()
        """The bridge has closed everything of our call; its report is final."""
        self.call_id: str | None = None
        self._show = show
        self._correlation_id: str | None = None
        self._notes: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        """What was told before we knew which call is ours. Other people's calls are few and end."""

    async def run(self, workbench: Workbench) -> None:
        """Follow the feed until it ends or this is cancelled."""
        async for item in workbench.feed(self.opened.set):
            if item.get("kind") == "note":
                self._take(item)

    def only(self, correlation_id: str) -> None:
        """This is our call; what it has said so far is shown now."""
        self._correlation_id = correlation_id
        for notes in list(self._notes.values()):
            for note in notes:
                self._recognise(note)

    def _take(self, note: Mapping[str, Any]) -> None:
        if self.call_id is None:
            self._notes[note["call_id"]].append(note)
            self._recognise(note)
        elif note["call_id"] == self.call_id:
            self._tell(note)

    def _recognise(self, note: Mapping[str, Any]) -> None:
        began = note["note"] == "CallBeganNoted" and note["correlation_id"] == self._correlation_id
        if began and self.call_id is None:
            self.call_id = note["call_id"]
            for earlier in self._notes.pop(self.call_id):
                self._tell(earlier)
            self._notes.clear()

    def _tell(self, note: Mapping[str, Any]) -> None:
        self._show(note)
        if note["note"] == "CallEndedNoted":
            self.ended.set()
