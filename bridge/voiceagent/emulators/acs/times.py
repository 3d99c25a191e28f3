"""The times that events, callbacks and frames carry: read from the wall clock, or counted when runs are to be repeatable.

Counted times begin at `START`. Whatever has an order of its own (a call, Event Grid) counts for itself: one second from one
message to the next, 20 ms from frame to frame. Tokens and signatures go by the real clock in any case, as others check them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from voiceagent.emulators.acs.callbacks import service_time

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
MESSAGE = timedelta(seconds=1)
FRAME = timedelta(milliseconds=20)


class Times:
    """`wall` in Unix seconds, `now` the calls' clock in ms."""

    def __init__(self, *, counted: bool, wall: Callable[[], float], now: Callable[[], float]) -> None:
        self.counted = counted
        self._wall = wall
        self._now = now
        self._messages: Counter[str] = Counter()
        self._beat = ""

    def message(self, of: str = "") -> str:
        """The time of a message of this call, or of Event Grid."""
        if not self.counted:
            return service_time(self._read())
        self._messages[of] += 1
        return service_time(START + MESSAGE * (self._messages[of] - 1))

    def at(self, at: float) -> str:
        """The wall clock at a time of the calls' clock."""
        if self.counted:
            return service_time(START)
        return service_time(self._read() - timedelta(milliseconds=self._now() - at))

    def beat(self) -> None:
        """A beat begins: its frames have one time, which is written once."""
        self._beat = "" if self.counted else _to_the_millisecond(self._read())

    def frame(self, number: int) -> str:
        """The time of a call's frame."""
        return _to_the_millisecond(START + FRAME * number) if self.counted else self._beat

    def _read(self) -> datetime:
        return datetime.fromtimestamp(self._wall(), UTC)


def _to_the_millisecond(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
