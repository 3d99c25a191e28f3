"""What happened in a call, on one clock: what the caller's phone measured, and what the bridge reported, laid over each other.

Times are milliseconds since the phone rang, as the caller knows them. The bridge counts from the moment it learned of the call,
a little later: much later on a busy machine. Both tell their beginning by the calendar, and both run on this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody spoke. `latency_ms` is the bridge's own figure."""

    role: str
    text: str
    start_ms: float
    end_ms: float
    interrupted: bool = False
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class ToolRun:
    """A tool ran and ended at `at_ms`."""

    at_ms: float
    name: str
    arguments: Any
    result: Any
    outcome: str
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the agent as it came to the ear: when it began, and how long after the caller's last word."""

    at_ms: float
    latency_ms: float


@dataclass(frozen=True, slots=True)
class BargeIn:
    """The caller spoke over the agent, who was silent `stop_ms` later: `cut` short, or having finished by itself."""

    at_ms: float
    stop_ms: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing in the order of things."""

    at_ms: float
    event: str
    named: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the call: from the beginning of a step to the beginning of the next. `said_ms`: when its words were said."""

    start_ms: float = 0.0
    end_ms: float = float("inf")
    said_ms: float = 0.0

    def has(self, at_ms: float) -> bool:
        return self.start_ms <= at_ms < self.end_ms


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything an expectation may be about."""

    turns: tuple[Turn, ...]
    said: tuple[Turn, ...]
    """What the caller really said, as against `turns`, which has what was understood."""
    tools: tuple[ToolRun, ...]
    answers: tuple[Answer, ...]
    barge_ins: tuple[BargeIn, ...]
    happenings: tuple[Happening, ...]
    transfer: Facts | None
    outcome: str
    end_reason: str
    cost: float
    warnings: tuple[str, ...]
    duration_ms: float
    answered_ms: float
    steps: tuple[float, ...]
    """When each step began; a step that the caller never came to is missing."""

    def window(self, step: int) -> Window | None:
        """The stretch of a step, counted from 0; None when the call ended before it."""
        if step >= len(self.steps):
            return None
        start = self.steps[step]
        end = self.steps[step + 1] if step + 1 < len(self.steps) else float("inf")
        return Window(start, end, max((turn.end_ms for turn in self.said if start <= turn.start_ms < end), default=start))

    def whole(self) -> Window:
        """The call from its answer to its end."""
        return Window(0.0, float("inf"), self.answered_ms)


def timeline(report: Facts, notes: Iterable[Facts] = (), diary: Sequence[Facts] = ()) -> Timeline:
    """Lay the three over each other: the bridge's report with the phone's `ear`, its notes, and the phone's diary."""
    ear: Facts = report.get("ear") or {}
    shift = _shift(report, ear)
    turns = tuple(_turn(turn, shift) for turn in report["turns"])
    tools = tuple(_tools(report, [note for note in notes if note.get("note") == "ToolNoted"], shift))
    barge_ins = tuple(BargeIn(one["at_ms"], one["stop_ms"], one["cut"]) for one in ear.get("barge_ins", ()))
    steps = {line["number"]: line["at_ms"] for line in diary if line["kind"] == "step"}
    spoken = [Turn("caller", said["text"], said["start_ms"], said["end_ms"]) for said in ear.get("said", ())]
    return Timeline(
        turns=turns,
        said=tuple(spoken),
        tools=tools,
        answers=tuple(
            Answer(turn["start_ms"], turn["latency_ms"]) for turn in ear.get("turns", ()) if turn["latency_ms"] is not None
        ),
        barge_ins=barge_ins,
        happenings=tuple(sorted(_happenings(turns, tools, barge_ins, notes, diary, shift), key=lambda one: one.at_ms)),
        transfer=report.get("transfer"),
        outcome=report.get("outcome") or "",
        end_reason=report.get("end_reason") or "",
        cost=(report.get("cost") or {}).get("estimate") or 0.0,
        warnings=tuple(warning["sentence"] for warning in report.get("warnings", ()))
        + tuple(line["sentence"] for line in diary if line["kind"] == "warning"),
        duration_ms=ear.get("duration_ms") or report["duration_ms"],
        answered_ms=ear.get("answer_ms") or 0.0,
        steps=tuple(at for _, at in sorted(steps.items())),
    )


def _shift(report: Facts, ear: Facts) -> float:
    """How much later the phone's clock reads than the bridge's."""
    if report.get("started_at") and ear.get("rang_at") is not None:
        return (datetime.fromisoformat(report["started_at"]).timestamp() - float(ear["rang_at"])) * 1000
    # An emulator of an earlier version does not tell; then both saw the agent's first turn begin.
    ours = next((turn["start_ms"] for turn in report["turns"] if turn["role"] == "agent"), None)
    theirs = next((turn["start_ms"] for turn in ear.get("turns", ())), None)
    # Beyond half a second these are not the same turn.
    return theirs - ours if ours is not None and theirs is not None and abs(theirs - ours) < 500 else 0.0


def _turn(turn: Facts, shift: float) -> Turn:
    times = (turn["start_ms"] + shift, turn["end_ms"] + shift)
    return Turn(turn["role"], turn["text"], *times, bool(turn.get("interrupted")), turn.get("latency_ms"))


def _tools(report: Facts, notes: Sequence[Facts], shift: float) -> Iterable[ToolRun]:
    """The report knows what the tools did, the notes know when; both are in the order in which they ended."""
    for index, tool in enumerate(report["tools"]):
        at = notes[index]["at_ms"] + shift if index < len(notes) else 0.0
        yield ToolRun(at, tool["name"], tool["arguments"], tool["result"], tool["outcome"], tool["duration_ms"])


def _happenings(
    turns: Iterable[Turn],
    tools: Iterable[ToolRun],
    barge_ins: Iterable[BargeIn],
    notes: Iterable[Facts],
    diary: Iterable[Facts],
    shift: float,
) -> Iterable[Happening]:
    yield from (Happening(turn.start_ms, turn.role, turn.text) for turn in turns)
    yield from (Happening(tool.at_ms, "tool", tool.name) for tool in tools)
    yield from (Happening(one.at_ms, "barge_in") for one in barge_ins if one.cut)
    yield from (
        Happening(note["at_ms"] + shift, "transfer", note["outcome"]) for note in notes if note["note"] == "TransferNoted"
    )
    for line in diary:
        if line["kind"] in ("answered", "ended", "key"):
            yield Happening(line["at_ms"], line["kind"], str(line.get("key", "")))
