"""A call session and a playback account whose every step is written down; to everyone else they are what they were."""

from __future__ import annotations

from typing import Any, Protocol

from voiceagent.call.commands import Command
from voiceagent.call.events import Event
from voiceagent.call.playback import Playback
from voiceagent.capture.write import CaptureWriter


class Deciding(Protocol):
    """What a session is to its runner."""

    def start(self, now: float) -> list[Command]:
        """The first commands."""
        ...

    def handle(self, event: Event, now: float) -> list[Command]:
        """What an event leads to."""
        ...

    def deadline(self) -> float | None:
        """When time alone will matter."""
        ...


class WitnessedSession:
    """Passes everything through and tells the writer."""

    def __init__(self, session: Deciding, *, call_id: str, writer: CaptureWriter, settings: Any = None) -> None:
        self._session = session
        self._call_id = call_id
        self._writer = writer
        self._settings = settings

    def start(self, now: float) -> list[Command]:
        """The first commands."""
        commands = self._session.start(now)
        if self._settings is not None:
            self._writer.session(self._call_id, now, self._settings)
        self._writer.reaction(self._call_id, now, None, commands)
        return commands

    def handle(self, event: Event, now: float) -> list[Command]:
        """What an event leads to. It is written with what it meant: its words may be hidden on the way to the disk."""
        understood = getattr(self._session, "understood", None)
        if understood is not None:
            event = understood(event)
        commands = self._session.handle(event, now)
        self._writer.reaction(self._call_id, now, event, commands)
        return commands

    def deadline(self) -> float | None:
        """When time alone will matter."""
        return self._session.deadline()


class WitnessedPlayback(Playback):
    """The account, and the writer told of everything that changes it.

    Not every step has a time of its own; those carry the latest one. Their order is what a replay needs. The session flushes
    the account as well: told twice, it is flushed once.
    """

    __slots__ = ("_call_id", "_seen", "_writer")

    def __init__(self, *, call_id: str, writer: CaptureWriter) -> None:
        super().__init__()
        self._call_id = call_id
        self._writer = writer
        self._seen = 0.0

    def arrived(self, reply_id: str, item_id: str, ms: float) -> None:
        """So much audio came from the engine."""
        self._writer.lane(self._call_id, self._seen, "arrived", reply_id, item_id, ms)
        super().arrived(reply_id, item_id, ms)

    def handed_over(self, item_id: str, ms: float, now: float) -> None:
        """So much went to the caller's leg."""
        self._seen = now
        self._writer.lane(self._call_id, now, "handed_over", "", item_id, ms)
        super().handed_over(item_id, ms, now)

    def dropped(self, item_id: str, ms: float) -> None:
        """So much will never be played."""
        self._writer.lane(self._call_id, self._seen, "dropped", "", item_id, ms)
        super().dropped(item_id, ms)

    def confirmed(self, ahead_ms: float, now: float) -> None:
        """The service says how much is still to be played."""
        self._seen = now
        self._writer.lane(self._call_id, now, "confirmed", "", "", ahead_ms)
        super().confirmed(ahead_ms, now)

    def hold(self, now: float) -> list[tuple[str, float]]:
        """What was not heard waits again."""
        self._seen = now
        self._writer.lane(self._call_id, now, "hold", "", "", 0.0)
        return super().hold(now)

    def flush(self, now: float) -> float:
        """Nothing that was handed over will be heard from now on."""
        self._seen = now
        self._writer.lane(self._call_id, now, "flush", "", "", 0.0)
        return super().flush(now)
