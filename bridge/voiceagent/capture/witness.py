"""A call session whose every step is written down; to the runner it is the session."""

from __future__ import annotations

from typing import Any, Protocol

from voiceagent.call.commands import Command
from voiceagent.call.events import Event
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
        """What an event leads to."""
        commands = self._session.handle(event, now)
        self._writer.reaction(self._call_id, now, event, commands)
        return commands

    def deadline(self) -> float | None:
        """When time alone will matter."""
        return self._session.deadline()
