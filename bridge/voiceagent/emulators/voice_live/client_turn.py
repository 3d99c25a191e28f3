"""Turns whose bounds the client decides (`input_audio.turn.*`): while one is open, nobody looks for speech.

The official package has these events and no page describes them. unverified: vl-client-turns
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.exchange import Exchange
from voiceagent.emulators.voice_live.source import Listening
from voiceagent.emulators.voice_live.steps import Listen


@dataclass(slots=True)
class ClientTurn:
    """The turn that is open, if any; `listening` tells the rules that hold outside of it."""

    exchange: Exchange
    listening: Callable[[], Listening]
    id: str | None = None

    def start(self, turn_id: str) -> None:
        """Open a turn; raises `Refusal` when one is open."""
        if self.id is not None:
            raise errors.Refusal(f"The turn '{self.id}' is not over.", param="turn_id")
        self.id = turn_id
        self.exchange.steps.append(Listen(replace(self.listening(), turns=None)))

    def check(self, turn_id: object) -> None:
        """Raise `Refusal` unless this is the open turn."""
        if turn_id != self.id:
            raise errors.Refusal(f"There is no open turn '{turn_id}'.", param="turn_id")

    def over(self) -> None:
        """Look for speech again as before."""
        if self.id is not None:
            self.id = None
            self.exchange.steps.append(Listen(self.listening()))
