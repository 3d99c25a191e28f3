"""Whether the engine hears the call, when several parts have reasons of their own why it must not."""

from __future__ import annotations

from typing import Literal

from voiceagent.call.commands import Command, ListenAgain, StopListening

Reason = Literal["digits", "briefing"]
"""What the engine must not hear: the tones of secret digits; a human who says hello before the briefing."""


class Ear:
    """The engine's ear. It hears again when the last reason is gone; a reason that is told twice counts once."""

    def __init__(self) -> None:
        self._reasons: set[Reason] = set()

    def close(self, reason: Reason) -> list[Command]:
        """The engine hears silence from here on."""
        first = not self._reasons
        self._reasons.add(reason)
        return [StopListening()] if first else []

    def open(self, reason: Reason) -> list[Command]:
        """This reason is gone."""
        if reason not in self._reasons:
            return []
        self._reasons.remove(reason)
        return [] if self._reasons else [ListenAgain()]
