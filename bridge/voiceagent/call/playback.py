"""What the caller has really heard by now, kept by arithmetic because most services do not report it.

The telephony service plays what it is given without a gap, so the end of what it holds is a clock of our own:
`ends_at = max(now, ends_at) + ms` for every frame handed over. Everything before `now` on that line has been heard, everything
after it can still be flushed. A service that does report how far it is (`confirmed`) moves that line: it begins later than our
arithmetic says, by its own delay, never earlier. Three places audio can be in:

    arrived ──(the lane paces it)──> handed over ──(time passes)──> heard
       └── waiting, in our lane          └── ahead, at the service

The audio lane calls `arrived` for every delta and `handed_over` for every 20 ms frame, so both are O(1); the session asks.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

_DUST_MS = 1e-6
"""Sums of float milliseconds differ from each other by far less than a sample; anything below this is nothing."""

_NOTICED_MS = 5.0
"""A service's word that differs by less says nothing new: frames come and go in 20 ms."""

_PLAYED_MS = 1_000.0
"""Played pieces are kept this long, because a service's word may say that they were not played yet."""

_REMEMBERED_ITEMS = 256
"""Finished items that can still be asked about; a turn has one to three, so this is minutes of conversation."""


@dataclass(slots=True)
class _Item:
    arrived: float = 0.0
    handed: float = 0.0  # of what arrived: silence that pads a last frame is not counted
    dropped: float = 0.0
    starts_at: float | None = None  # when its first piece is played
    ends_at: float = 0.0  # when the last piece handed over has been played

    @property
    def waiting(self) -> float:
        left = self.arrived - self.handed - self.dropped
        return left if left > _DUST_MS else 0.0


@dataclass(slots=True)
class _Stretch:
    """A gapless piece of one item on the line of what the service plays."""

    item_id: str
    start: float
    end: float

    def unplayed(self, now: float) -> float:
        return max(0.0, self.end - max(now, self.start))


class Playback:
    """The account of one call. `now` must not run backwards between calls."""

    __slots__ = ("_ends_at", "_items", "_lag", "_stretches", "_waiting")

    def __init__(self) -> None:
        self._items: dict[str, _Item] = {}
        self._stretches: deque[_Stretch] = deque()
        self._ends_at = 0.0
        self._waiting = 0.0
        self._lag = 0.0  # how much later than handed over the service begins to play

    # --- told by the audio lane

    def arrived(self, reply_id: str, item_id: str, ms: float) -> None:  # noqa: ARG002 - the lane knows both, accounts are by item
        """The engine sent `ms` of an item; it waits in the lane."""
        item = self._items.get(item_id) or self._remember(item_id)
        item.arrived += ms
        self._waiting += ms

    def handed_over(self, item_id: str, ms: float, now: float) -> None:
        """`ms` of an item went to the leg. May be more than arrived when the last frame is padded with silence."""
        item = self._items.get(item_id) or self._remember(item_id)
        real = min(ms, item.waiting)
        item.handed += real
        self._waiting -= real
        start = max(now + self._lag, self._ends_at)
        self._ends_at = item.ends_at = start + ms
        if item.starts_at is None:
            item.starts_at = start
        self._extend(item_id, start, start + real, now)

    def dropped(self, item_id: str, ms: float) -> None:
        """`ms` of what arrived will never be handed over (the lane was full)."""
        item = self._items.get(item_id)
        if item is not None:
            gone = min(ms, item.waiting)
            item.dropped += gone
            self._waiting -= gone

    def confirmed(self, ahead_ms: float, now: float) -> None:
        """The service says that so much of what was handed over is still to be played.

        Its word is late by the way to us, so it overstates; one that was held up on the way is put right by the next.
        """
        shift = max(now + ahead_ms - self._ends_at, -self._lag)
        if abs(shift) < _NOTICED_MS or (shift > 0 and ahead_ms < _DUST_MS):  # all was played, we do not know since when
            return
        self._lag += shift
        for item in self._items.values():
            if item.ends_at > now - max(shift, 0.0):
                item.ends_at += shift
        for stretch in self._stretches:
            stretch.start += shift
            stretch.end += shift
        self._ends_at += shift

    def flush(self, now: float) -> float:
        """Everything unheard is gone, here and at the service; returns how many ms. Flushing twice is flushing once."""
        gone = self._cut_ahead(now)
        for item in self._items.values():
            gone += item.waiting
            item.dropped += item.waiting
            item.ends_at = min(item.ends_at, now)
        self._waiting = 0.0
        self._ends_at = min(self._ends_at, now)
        return gone

    def hold(self, now: float) -> list[tuple[str, float]]:
        """What was handed over and not heard waits in the lane again; returns it, piece by piece in its order."""
        pieces: list[tuple[str, float]] = []
        for stretch in self._stretches:
            unplayed = stretch.unplayed(now)
            if unplayed <= _DUST_MS:
                continue
            pieces.append((stretch.item_id, unplayed))
            item = self._items[stretch.item_id]
            item.handed -= unplayed
            self._waiting += unplayed
            if item.handed <= _DUST_MS:
                item.starts_at = None
        self._stretches = deque(stretch for stretch in self._stretches if stretch.start < now)
        for stretch in self._stretches:
            stretch.end = min(stretch.end, now)
        self._ends_at = min(self._ends_at, now)
        return pieces

    # --- asked by whoever decides

    def ahead_ms(self, now: float) -> float:
        """How much the service still has to play: what the lane keeps near its target."""
        return max(0.0, self._ends_at - now)

    @property
    def waiting_ms(self) -> float:
        """How much arrived and was not handed over yet."""
        return self._waiting if self._waiting > _DUST_MS else 0.0

    def audible(self, now: float) -> bool:
        """True while something is playing or queued: there is something to stop."""
        return self._ends_at - now > _DUST_MS or self._waiting > _DUST_MS

    def ends_at(self) -> float:
        """When everything handed over so far will have been heard."""
        return self._ends_at

    def heard_ms(self, item_id: str, now: float) -> float:
        """How much of an item the caller has heard; 0 for an unknown one, and never more than arrived."""
        item = self._items.get(item_id)
        if item is None:
            return 0.0
        ahead = sum(stretch.unplayed(now) for stretch in self._stretches if stretch.item_id == item_id)
        return min(item.arrived, max(0.0, item.handed - ahead))

    def arrived_ms(self, item_id: str) -> float:
        """How much of an item the engine has sent so far."""
        item = self._items.get(item_id)
        return item.arrived if item is not None else 0.0

    def item_starts_at(self, item_id: str) -> float | None:
        """When the caller begins to hear an item: after what was handed over before it. None before that is known."""
        item = self._items.get(item_id)
        return item.starts_at if item is not None else None

    def item_ends_at(self, item_id: str) -> float | None:
        """When all that arrived of an item will have been heard; None while some of it waits in the lane."""
        item = self._items.get(item_id)
        return None if item is None or item.waiting else item.ends_at

    # --- inside

    def _remember(self, item_id: str) -> _Item:
        if len(self._items) >= _REMEMBERED_ITEMS:
            self._forget_oldest()
        item = self._items[item_id] = _Item()
        return item

    def _forget_oldest(self) -> None:
        ahead = {stretch.item_id for stretch in self._stretches}
        for item_id, item in self._items.items():
            if not item.waiting and item_id not in ahead:
                del self._items[item_id]
                return

    def _extend(self, item_id: str, start: float, end: float, now: float) -> None:
        stretches = self._stretches
        while stretches and stretches[0].end <= now - _PLAYED_MS:
            stretches.popleft()
        last = stretches[-1] if stretches else None
        if last is not None and last.item_id == item_id and last.end == start:
            last.end = end
        elif end > start:
            stretches.append(_Stretch(item_id, start, end))

    def _cut_ahead(self, now: float) -> float:
        gone = 0.0
        for stretch in self._stretches:
            unplayed = stretch.unplayed(now)
            item = self._items[stretch.item_id]
            item.handed -= unplayed
            item.dropped += unplayed
            gone += unplayed
        self._stretches.clear()
        return gone
