"""The people whom the app may call: whether they pick up, and what they do then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.emulators.acs.humans import Human
from voiceagent.emulators.acs.script import Step

if TYPE_CHECKING:
    from voiceagent.emulators.acs.studio import Line

MOST_CALLEES = 1_000


@dataclass(frozen=True, slots=True)
class Callee:
    """`ring_ms` None: the network's usual delay. `line` None: an ordinary telephone in a quiet room."""

    human: Human = "answer"
    ring_ms: float | None = None
    steps: tuple[Step, ...] = ()
    line: Line | None = None
    hangs_up: bool = False
    """Hangs up when the steps are over."""


class Callees:
    """Whoever is not described behaves as `usual`: picks up and listens."""

    def __init__(self) -> None:
        self.usual = Callee()
        self._known: dict[str, Callee] = {}

    def of(self, raw_id: str) -> Callee:
        return self._known.get(raw_id, self.usual)

    def describe(self, raw_id: str | None, callee: Callee) -> None:
        """None: everybody who is not described."""
        if raw_id is None:
            self.usual = callee
            return
        self._known.pop(raw_id, None)
        self._known[raw_id] = callee
        if len(self._known) > MOST_CALLEES:
            del self._known[next(iter(self._known))]
