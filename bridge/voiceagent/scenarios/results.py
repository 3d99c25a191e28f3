"""What a run of scenarios came to: each repeat of each scenario, and the shape in which programs read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.load import Case
from voiceagent.scenarios.timeline import Timeline

Outcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario once. `error` tells why there was no call to judge; `sound` is the call as a stereo WAV file, if kept."""

    verdicts: tuple[Verdict, ...]
    report: dict[str, Any] | None
    timeline: Timeline | None = field(repr=False, default=None)
    seconds: float = 0.0
    error: str = ""
    sound: bytes | None = field(repr=False, default=None)

    @property
    def outcome(self) -> Outcome:
        if self.error:
            return "error"
        return "passed" if all(verdict.passed for verdict in self.verdicts) else "failed"

    def json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "expectations": expectations(self),
            "call": self.report,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario and all its repeats that were run."""

    case: Case
    runs: tuple[Run, ...]

    @property
    def outcome(self) -> Outcome:
        outcomes = {run.outcome for run in self.runs}
        return "error" if "error" in outcomes else "failed" if "failed" in outcomes else "passed"

    @property
    def telling(self) -> Run:
        """The repeat to look at: the first that did not pass, or the last."""
        return next((run for run in self.runs if run.outcome != "passed"), self.runs[-1])

    @property
    def seconds(self) -> float:
        return sum(run.seconds for run in self.runs)

    def json(self) -> dict[str, Any]:
        return {
            "name": self.case.name,
            "file": str(self.case.path),
            "outcome": self.outcome,
            "repeats": len(self.runs),
            "passed": sum(run.outcome == "passed" for run in self.runs),
            "expectations": expectations(self.telling),
            "call": self.telling.report,
            "seconds": round(self.seconds, 3),
            "runs": [run.json() for run in self.runs],
        }


def expectations(run: Run) -> list[dict[str, Any]]:
    """The verdicts of a run; an error is an expectation too: that there is a call at all."""
    if run.error:
        return [{"text": "the call takes place", "passed": False, "heard": run.error}]
    return [{"text": verdict.sentence, "passed": verdict.passed, "heard": verdict.heard} for verdict in run.verdicts]


def summary(
    results: Sequence[Result], *, not_run: Iterable[Case] = (), findings: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The object that `voiceagent test --json` prints. What was not run, because of --fail-fast or Ctrl-C, is only named."""
    outcomes = [result.outcome for result in results]
    return {
        "scenarios": [result.json() for result in results],
        "passed": outcomes.count("passed"),
        "failed": len(outcomes) - outcomes.count("passed"),
        "errors": outcomes.count("error"),
        "not_run": [case.name for case in not_run],
        "findings": [dict(finding) for finding in findings],
    }
