"""Which faults are armed, and whether one happens now. Pure but for the pause that faults of time make.

Every wire of the emulators asks `strikes` when something passes. What is armed is tried in the order in which it was armed;
several may happen to the same thing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from voiceagent.emulators.faults.catalogue import find
from voiceagent.emulators.faults.fault import COMMON, Fault, Shot, Site, Value, number, whole
from voiceagent.errors import UserError

MOST_ARMED = 100
SEEN_KEPT = 200
"""Faults that happened, kept for reading; the oldest are forgotten."""

PHONE = frozenset(("request", "callback", "delivery", "media-dial", "media", "media-read", "clock"))
ENGINE = frozenset(("engine-connect", "engine", "engine-read"))


@dataclass(slots=True)
class Armed:
    """A fault that waits. `left` None: it happens until it is cleared."""

    number: int
    fault: Fault
    values: Mapping[str, Value]
    only: str
    call: str
    after: int
    left: int | None
    probability: float
    owner: str = ""
    """The call that brought it; it is cleared when that call ends."""

    def json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "fault": self.fault.name,
            "parameters": dict(self.values),
            "only": self.only,
            "call": self.call,
            "after": self.after,
            "left": self.left,
            "probability": self.probability,
        }


class Switchboard:
    """One for all emulators that run together; `sites` are the wires they have. The same `seed` makes the same choices."""

    def __init__(
        self,
        *,
        seed: int | None = None,
        sites: frozenset[str] = PHONE | ENGINE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.armed: list[Armed] = []
        self.happened: deque[dict[str, str]] = deque(maxlen=SEEN_KEPT)
        self._sites = sites
        self._random = Random(seed)  # noqa: S311 - which frames are lost is no secret
        self._sleep = sleep
        self._count = 0
        self._waiting: frozenset[str] = frozenset()
        """Sites for which something is armed: the wires with 50 frames a second ask often and get nothing."""

    @property
    def is_quiet(self) -> bool:
        """Nothing is armed."""
        return not self._waiting

    def arm(self, name: str, written: Mapping[str, object], *, owner: str = "") -> Armed:
        """Let a fault happen from now on. UserError tells what is wrong with it."""
        fault = find(name)
        if fault.site not in self._sites:
            raise UserError(
                f"{name} happens on a wire that these emulators do not have.", remedy="Run `voiceagent emulate all`."
            )
        if len(self.armed) >= MOST_ARMED:
            raise UserError(f"{MOST_ARMED} faults are armed already.", remedy="`voiceagent trigger fault --clear` clears them.")
        values = fault.read({key: value for key, value in written.items() if key not in COMMON})
        probability = number("probability", written.get("probability", 1))
        if probability > 1:
            raise UserError(f"`probability` must be between 0 and 1; got {probability}.")
        times = whole("times", written.get("times", fault.times))
        self._count += 1
        armed = Armed(
            number=self._count,
            fault=fault,
            values=values,
            only=str(written.get("only", fault.only)),
            call=str(written.get("call", "")),
            after=whole("after", written.get("after", fault.after)),
            left=times or None,
            probability=probability,
            owner=owner,
        )
        self.armed.append(armed)
        self._look()
        return armed

    def clear(self, which: str = "") -> int:
        """Take back what is armed: everything, or by name or number. Returns how many that were."""
        gone = [one for one in self.armed if which in ("", one.fault.name, str(one.number))]
        if which and not gone:
            raise UserError(f"No fault {which!r} is armed.", remedy="`voiceagent trigger fault --armed` shows what is.")
        self.armed = [one for one in self.armed if one not in gone]
        self._look()
        return len(gone)

    def call_ended(self, call: str) -> None:
        """What a call brought with it goes with it."""
        self.armed = [one for one in self.armed if one.owner != call]
        self._look()

    def strikes(self, site: Site, what: str = "", call: str | Collection[str] = "") -> tuple[Shot, ...]:
        """What happens to this thing, here and now. `call`: its call or session, or the names by which it may be known."""
        if site not in self._waiting:
            return ()
        shots = tuple(shot for one in self.armed if (shot := self._try(one, site, what, call)) is not None)
        if shots:
            self.armed = [one for one in self.armed if one.left != 0]
            self._look()
        return shots

    def is_armed(self, site: Site) -> bool:
        """Whether `strikes` could return anything: cheaper than finding out what passes."""
        return site in self._waiting

    @property
    def skew_seconds(self) -> float:
        """How far the service's clock is ahead of ours, for everybody."""
        return self.skew_of("")

    def skew_of(self, call: str) -> float:
        """How much further it is ahead in this call alone."""
        if "clock" not in self._waiting:
            return 0.0
        return sum(_signed(one.values) for one in self.armed if one.fault.site == "clock" and one.call == call)

    async def pause(self, ms: float) -> None:
        """The time that a fault takes."""
        await self._sleep(ms / 1000)

    def json(self) -> dict[str, Any]:
        """For `GET /emulator/faults`."""
        return {"armed": [one.json() for one in self.armed], "happened": list(self.happened)}

    def _try(self, one: Armed, site: Site, what: str, call: str | Collection[str]) -> Shot | None:
        if one.fault.site != site or one.left == 0:
            return None
        names = (call,) if isinstance(call, str) else call
        if (one.call and one.call not in names) or not _fits(one.only, what):
            return None
        if one.after > 0:
            one.after -= 1
            return None
        if one.probability < 1 and self._random.random() >= one.probability:
            return None
        if one.left is not None:
            one.left -= 1
        self.happened.append({"fault": one.fault.name, "to": what, "call": one.call or next(iter(names), "")})
        return Shot(one.fault.name, one.fault.effect, one.values)

    def _look(self) -> None:
        self._waiting = frozenset(one.fault.site for one in self.armed)


def _fits(only: str, what: str) -> bool:
    """Whether a thing is meant: by its whole name, with or without its service, `*` standing for anything; case is ignored."""
    if not only:
        return True
    what, wanted = what.lower(), [one.strip() for one in only.lower().split(",")]
    return any(fnmatchcase(what, one) or fnmatchcase(what.partition(":")[2], one) for one in wanted)


def _signed(values: Mapping[str, Value]) -> float:
    seconds = values["seconds"]
    assert isinstance(seconds, int | float)
    return -seconds if values["direction"] == "behind" else seconds
