"""A call without phone, engine and clock: a session, a silent lane and a time that jumps from one happening to the next."""

from __future__ import annotations

from collections.abc import Iterable

from voiceagent.call.commands import Command
from voiceagent.call.events import Event, TimePassed
from voiceagent.call.playback import Playback
from voiceagent.call.session import Session
from voiceagent.call.settings import SessionSettings
from voiceagent.testing.lane import SilentLane


class Rehearsal:
    """Tell it what happens; read what went out in `log`, as (time, command).

    Deadlines and the lane's ticks happen by themselves on the way to a later time. Use it with events from any source: a list,
    a recorded session, a generator of nonsense.
    """

    def __init__(self, settings: SessionSettings, *, ahead_ms: float = 200.0) -> None:
        self.playback = Playback()
        self.session = Session(settings, self.playback)
        self.lane = SilentLane(self.playback, ahead_ms=ahead_ms)
        self.now = 0.0
        self.log: list[tuple[float, Command]] = []

    def start(self) -> list[Command]:
        """Start the session at time 0."""
        return self._carry_out(self.session.start(self.now))

    def happens(self, at_ms: float, event: Event) -> list[Command]:
        """An event arrives at `at_ms`; returns what goes out because of it. What went out on the way there is in `log`."""
        self.pass_until(at_ms)
        return self._deliver(event)

    def audio(self, at_ms: float, reply_id: str, item_id: str, ms: float) -> list[Command]:
        """`ms` of audio of a reply arrive from the engine."""
        self.pass_until(at_ms)
        return [command for event in self.lane.arrive(reply_id, item_id, ms) for command in self._deliver(event)]

    def play(self, happenings: Iterable[tuple[float, Event]]) -> list[tuple[float, Command]]:
        """Everything that goes out, with its time, while all this happens."""
        first = len(self.log)
        for at_ms, event in happenings:
            self.happens(at_ms, event)
        return self.log[first:]

    def pass_until(self, at_ms: float) -> list[tuple[float, Command]]:
        """Let time pass; returns what goes out on the way."""
        first = len(self.log)
        while (then := self._next()) is not None and then <= at_ms:
            self.now = max(self.now, then)
            self._tick()
        self.now = max(self.now, at_ms)
        return self.log[first:]

    def _next(self) -> float | None:
        due = [self.session.deadline(), self.lane.next_tick(self.now)]
        return min((time for time in due if time is not None), default=None)

    def _tick(self) -> None:
        for event in self.lane.tick(self.now):
            self._deliver(event)
        deadline = self.session.deadline()
        if deadline is not None and deadline <= self.now:
            self._deliver(TimePassed())
            after = self.session.deadline()
            assert after is None or after > self.now, f"the deadline {after} is not after {self.now}: a runner would spin"

    def _deliver(self, event: Event) -> list[Command]:
        return self._carry_out(self.session.handle(event, self.now))

    def _carry_out(self, commands: list[Command]) -> list[Command]:
        for command in commands:
            self.lane.obey(command, self.now)
            self.log.append((self.now, command))
        return commands
