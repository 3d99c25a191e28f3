"""What a replay found, in the shape that programs are promised (docs/replay.md), and how all of them together ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["same", "different", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One capture, replayed once in mode `exact`, or once or several times in mode `live`.

    `sentence`: why it failed. `stopped`: where and why the capture ends early. `versions` and `project`: what changed since.
    `difference` is the first one. `wire`: of exact replays, what today's protocols made of the frames; None: none were kept.
    `told`: where today's report differs. `rates`: of live replays, how often which comparison held.
    """

    capture: str
    mode: Literal["exact", "live"]
    verdict: Verdict
    speed_x: float = 0.0
    commands: int = 0
    sentence: str = ""
    stopped: str | None = None
    difference: dict[str, Any] | None = None
    wire: dict[str, Any] | None = None
    told: Sequence[str] = ()
    versions: Sequence[str] = ()
    project: Sequence[str] = ()
    rates: dict[str, Any] | None = None
    call: dict[str, Any] | None = field(default=None, repr=False)

    def json(self) -> dict[str, Any]:
        """As programs get it."""
        return {
            "capture": self.capture,
            "mode": self.mode,
            "result": self.verdict,
            "speed_x": round(self.speed_x, 1),
            "commands": self.commands,
            "first_difference": self.difference,
            "wire": self.wire,
            "report_differences": list(self.told),
            "changed": {"versions": list(self.versions), "project": list(self.project)},
            "stopped": self.stopped,
            "failure": self.sentence or None,
            **({"rates": self.rates} if self.mode == "live" else {}),
            "call": self.call,
        }


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """All of them, and how many there are of each kind."""
    counts = {verdict: sum(one.verdict == verdict for one in results) for verdict in ("same", "different", "failed")}
    return {"results": [one.json() for one in results], **counts}


def exit_code(results: Sequence[Result]) -> int:
    """0: all the same. 1: something differs, or could not be replayed. 2: nothing could."""
    verdicts = {one.verdict for one in results}
    if verdicts <= {"failed"}:
        return 2
    return 0 if verdicts == {"same"} else 1
