"""One 20 ms beat for all calls that have audio to pace; it costs nothing while none has.

Beats lie on a fixed grid (start + n · 20 ms), so that a late one does not delay those after it. A beat that the machine slept
through is skipped, not made up for: whoever is ticked fills up to its own lead and needs no second call for that.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import Protocol

BEAT_SECONDS = 0.020

_log = logging.getLogger(__name__)


class Ticked(Protocol):
    """Who wants the beat."""

    def tick(self) -> bool:
        """Do what is due; False when there is nothing left to pace."""
        ...

    def failed(self, error: Exception) -> None:
        """`tick` raised; the beat is not given any more."""
        ...


class Ticker:
    """Made once per process, inside the running loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._start = self._loop.time()
        self._ticked: dict[Ticked, None] = {}
        self._next: asyncio.TimerHandle | None = None

    def add(self, ticked: Ticked) -> None:
        """Give `ticked` the beat, beginning with the next one; adding twice is once."""
        self._ticked[ticked] = None
        if self._next is None:
            self._wait()

    def remove(self, ticked: Ticked) -> None:
        """No more beats for `ticked`; unknown ones are fine."""
        self._ticked.pop(ticked, None)

    def close(self) -> None:
        """Stop beating."""
        self._ticked.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        beats = math.floor((self._loop.time() - self._start) / BEAT_SECONDS) + 1
        self._next = self._loop.call_at(self._start + beats * BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        self._next = None
        for ticked in list(self._ticked):
            try:
                more = ticked.tick()
            except Exception as error:  # one call's defect must not stop the audio of all others
                more = False
                ticked.failed(error)
            if not more:
                self._ticked.pop(ticked, None)
        if self._ticked:
            self._wait()
