"""A tunnel that stays: watched from outside every ten seconds, and made again when it is lost, until it is closed.

A link that says it stands may carry nothing (a server that was put to sleep, a name that expired), so it is not believed: the
bridge is asked for under its public address, the whole way round, and two silences in a row count as a loss. A new link is told
of once an answer came through it; only then is it worth pointing anybody there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from voiceagent.errors import RemoteError, UserError
from voiceagent.ports import Clock
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.tunnels.probe import Reached, round_trip

_log = logging.getLogger(__name__)

PROBE_SECONDS = 10.0
SILENCES = 2
"""One unanswered probe may be a dropped packet; after two, at most 20 s later, callers would find nobody either."""
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Before each new attempt, the last one for ever. A caller rings 30 s: half of it may go into a new tunnel."""
FIRST_PROBES, COME_UP_MS = 10, 20_000.0
"""A new name on the internet takes some seconds until it leads somewhere. What does not by then is made again."""
_REMEMBERED = 32


class Link(Protocol):
    """One connection to a tunnel's far end. Leaving its context closes it."""

    address: PublicAddress

    async def lost(self) -> str:
        """Wait until it is gone; a sentence why."""
        ...


Way = Callable[[], AbstractAsyncContextManager[Link]]
"""Makes a link. UserError when it never will; RemoteError when it may another time."""
Probe = Callable[[PublicAddress], Awaitable[Reached]]
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody reaches us. A new link is being made."""

    why: str


@dataclass(frozen=True, slots=True)
class Restored:
    """Somebody reaches us again, maybe under another address. `after_ms`: how long nobody did."""

    address: PublicAddress
    round_trip_ms: float
    after_ms: float


Change = Lost | Restored


async def _gone(link: Link) -> Reached:
    return Reached(link.address.url, sentence=await link.lost())


class Tunnel:
    """Use as `async with`: entering makes the first link and raises what prevents it; leaving closes it within seconds."""

    def __init__(self, name: str, way: Way, *, clock: Clock, probe: Probe = round_trip, pause: Pause = asyncio.sleep) -> None:
        self.name = name
        """What is at the other end, for people."""
        self.address = PublicAddress("")
        self.round_trip_ms = 0.0
        """From here to here through the public address, as of the last probe."""
        self._way = way
        self._clock = clock
        self._probe = probe
        self._pause = pause
        self._changes: deque[Change] = deque(maxlen=_REMEMBERED)  # who is slow to look needs only the newest
        self._news = asyncio.Event()
        self._lost_at_ms: float | None = None
        self._group = asyncio.TaskGroup()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The public address of the bridge, as it is now or was last."""
        return self.address.url

    async def __aenter__(self) -> Self:
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._group.__aenter__()
        self._keeping = self._group.create_task(self._keep(first))
        try:
            await first
        except BaseException as error:  # whatever it is, cancellation too: raised again once the group is left
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        await self._group.__aexit__(None, None, None)  # what ended the block is told by the block, not by this group

    async def changes(self) -> AsyncIterator[Change]:
        """Every loss and every new link, as they come."""
        while True:
            while self._changes:
                yield self._changes.popleft()
            self._news.clear()
            await self._news.wait()

    # --- the one task

    async def _keep(self, first: asyncio.Future[None]) -> None:
        failures = 0
        while True:
            worked = False

            def came_up(link: Link, reached: Reached) -> None:
                nonlocal worked
                worked = True
                self._came_up(link, reached)
                if not first.done():
                    first.set_result(None)

            try:
                async with self._way() as link:
                    why = await self._until_lost(link, came_up)
                error: Exception = RemoteError(why.sentence, service=self.name, remedy=why.remedy)
            except (UserError, RemoteError) as refused:
                error = refused
            except Exception as defect:  # a library's own bug must not end the calls that go on; the tunnel is made again
                _log.exception("the tunnel %s broke", self.name)
                error = defect
            if not first.done():
                first.set_exception(error)
                return
            self._went_down(
                str(error) if isinstance(error, UserError | RemoteError) else f"{type(error).__name__} in the tunnel"
            )
            failures = 0 if worked else failures + 1
            await self._pause(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)])

    def _came_up(self, link: Link, reached: Reached) -> None:
        self.address, self.round_trip_ms = link.address, reached.round_trip_ms or 0.0
        if self._lost_at_ms is not None:
            after, self._lost_at_ms = self._clock.now_ms() - self._lost_at_ms, None
            self._tell(Restored(link.address, self.round_trip_ms, round(after)))

    async def _until_lost(self, link: Link, came_up: Callable[[Link, Reached], None]) -> Reached:
        """What it ended with, as an unanswered probe would tell it: by itself, or by silence under its address."""
        async with asyncio.TaskGroup() as tasks:
            gone, silent = tasks.create_task(_gone(link)), tasks.create_task(self._silent(link, came_up))
            done, _ = await asyncio.wait({gone, silent}, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            silent.cancel()
        return done.pop().result()

    async def _silent(self, link: Link, came_up: Callable[[Link, Reached], None]) -> Reached:
        """Probe until nobody answers any more. The link is believed once an answer came through it."""
        reached = await self._first_answer(link)
        if reached.round_trip_ms is None:
            return reached
        came_up(link, reached)
        silences = 0
        while silences < SILENCES:
            await self._pause(PROBE_SECONDS)
            reached = await self._probe(link.address)
            if reached.round_trip_ms is None:
                silences += 1
            else:
                silences, self.round_trip_ms = 0, reached.round_trip_ms
        return reached

    async def _first_answer(self, link: Link) -> Reached:
        """The first answer, or the last silence when none came in time."""
        began = self._clock.now_ms()
        reached = await self._probe(link.address)
        for _ in range(FIRST_PROBES - 1):
            if reached.round_trip_ms is not None or self._clock.now_ms() - began > COME_UP_MS:
                break
            await self._pause(1.0)
            reached = await self._probe(link.address)
        return reached

    def _went_down(self, why: str) -> None:
        if self._lost_at_ms is None:
            self._lost_at_ms = self._clock.now_ms()
            self._tell(Lost(why))
        else:
            _log.info("the tunnel %s is still lost: %s", self.name, why)

    def _tell(self, change: Change) -> None:
        self._changes.append(change)
        self._news.set()
