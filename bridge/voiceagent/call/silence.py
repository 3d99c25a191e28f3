"""How long nobody has said anything, and what the agent says about it.

Counted from the end of what the caller *heard*, not of what the engine sent: the caller cannot answer before.
"""

from __future__ import annotations

from typing import Literal

from voiceagent.call.tables import Machine, Table

SilenceState = Literal["engaged", "counting"]
SilenceSignal = Literal["calm", "stir", "elapsed"]
SilenceAction = Literal["count", "speak_up"]

SILENCE: Table[SilenceState, SilenceSignal, SilenceAction] = Table(
    name="Silence",
    about="Calm: nobody speaks, and nobody is waiting for a reply, a tool, keys or a transfer.",
    start="engaged",
    rules={
        ("engaged", "calm"): ("counting", "count"),
        ("counting", "stir"): ("engaged", None),
        ("counting", "elapsed"): ("engaged", "speak_up"),
    },
)


class Silence:
    """The silence policy of one call. After the last prompt it asks for the end of the call."""

    def __init__(self, after_ms: float | None, prompts: tuple[str, ...]) -> None:
        self._after_ms = after_ms
        self._prompts = prompts
        self._machine = Machine(SILENCE)
        self._said = 0
        self._due: float | None = None

    def caller_stirred(self) -> None:
        """The caller is there: the prompts begin anew."""
        self._said = 0

    def settle(self, now: float, *, calm: bool) -> str | Literal[True] | None:
        """The prompt to say now; True when all were said and the call shall end; None otherwise."""
        if self._after_ms is None:
            return None
        if not calm:
            self._machine.signal("stir")
            self._due = None
        elif self._machine.signal("calm") == "count":
            self._due = now + self._after_ms
        if self._due is None or now < self._due:
            return None
        self._due = None
        return self._speak_up() if self._machine.signal("elapsed") == "speak_up" else None

    def deadline(self) -> float | None:
        return self._due

    def _speak_up(self) -> str | Literal[True]:
        if self._said >= len(self._prompts):
            return True
        self._said += 1
        return self._prompts[self._said - 1]
