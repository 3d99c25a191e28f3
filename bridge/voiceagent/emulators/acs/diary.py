"""What happened in one emulated call, in order: the lines of `GET /emulator/calls/{id}/events`.

| kind | facts |
|---|---|
| `ringing` | from, to |
| `answered` | answer_ms |
| `media_open`, `media_closed`, `media_failed` | rate; why |
| `step` | number (from 1), does: say, wav, interrupt, dtmf or silence; the caller begins it |
| `caller_speaks` | text, end_ms |
| `agent_begins` | latency_ms |
| `agent_heard` | start_ms, end_ms, heard_ms, latency_ms, interrupted |
| `barge_in` | stop_ms, cut |
| `agent_silent` | waited_ms: the caller goes on without an answer |
| `key` | key |
| `human_rings`, `human_answers`, `human_fails`, `human_speaks`, `human_leaves` | target; outcome; text, end_ms |
| `agent_left`, `participant_removed` | participant |
| `hold`, `unhold`, `participant_moved` | participant |
| `keys_sent` | target, keys: the app's tones |
| `media_cancelled` | operations: how many plays and recognitions the app cancelled |
| `recording` | recording_id, state |
| `callback` | type, attempts, status: what became of a mid-call callback that was not taken at once |
| `warning` | sentence |
| `ended` | outcome, end_reason |

Every line has `kind` and `at_ms`, milliseconds since the phone began to ring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the diary."""

    kind: str
    at_ms: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {"kind": self.kind, "at_ms": round(self.at_ms, 1), **self.facts}


class Diary:
    """Grows until the line `ended`. `began` is the time the phone began to ring; `note` takes times of the same clock."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.lines: list[Happening] = []
        self.changed: Callable[[], None] = lambda: None
        """Called after every new line; whoever streams the diary sets it."""

    @property
    def closed(self) -> bool:
        return bool(self.lines) and self.lines[-1].kind == "ended"

    def since_ring(self, now: float) -> float:
        return round(now - self.began, 1)

    def note(self, kind: str, now: float, /, **facts: Any) -> None:
        """Add a line. Nothing is added after `ended`."""
        if self.closed:
            return
        self.lines.append(Happening(kind, now - self.began, facts))
        self.changed()

    def all(self, kind: str) -> list[Happening]:
        return [line for line in self.lines if line.kind == kind]
