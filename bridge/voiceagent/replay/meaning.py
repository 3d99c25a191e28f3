"""Two calls compared by what they meant: a live engine never says the same thing twice, and should do the same thing.

Of a capture with hidden words the comparison hides the other side's too: then tools are compared by name and the shape of their
arguments, words by their lengths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from voiceagent.capture.masks import mask_words, masked

Report = Mapping[str, Any]

AGENTS_WORDS = "agent's words"
_TOKEN = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How alike is alike. `words`: the least ratio of the agent's words, 0 to 1. `latency_ms`: how much later the median answer
    may be; None: latencies are told, and nothing hangs on them."""

    words: float = 0.6
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One aspect. `counts`: a difference in it makes the calls different."""

    what: str
    expected: Any
    actual: Any
    same: bool
    counts: bool = True

    def json(self) -> dict[str, Any]:
        """As programs get it."""
        return {"what": self.what, "expected": self.expected, "actual": self.actual, "same": self.same, "counts": self.counts}


def compared(expected: Report, actual: Report, *, hidden: bool, tolerance: Tolerance) -> list[Compared]:
    """Every aspect, what matters most first."""
    tools = [_tools(report, hidden=hidden) for report in (expected, actual)]
    ratios = {role: _alike(_words(expected, role), _words(actual, role), hidden=hidden) for role in ("agent", "caller")}
    return [
        _equal("tools", *tools),
        _equal("transfer", _transfer(expected), _transfer(actual)),
        _equal("outcome", expected["outcome"], actual["outcome"]),
        _equal("end reason", expected["end_reason"], actual["end_reason"]),
        _equal("interruptions", len(expected["barge_ins"]), len(actual["barge_ins"])),
        Compared(AGENTS_WORDS, f"at least {tolerance.words:g}", ratios["agent"], ratios["agent"] >= tolerance.words),
        Compared("caller's words", 1.0, ratios["caller"], ratios["caller"] >= tolerance.words, counts=False),
        _latency(expected, actual, tolerance),
    ]


def same(found: Sequence[Compared]) -> bool:
    """Whether nothing that counts is different."""
    return all(one.same for one in found if one.counts)


def first_difference(found: Sequence[Compared], actual: Report) -> dict[str, Any] | None:
    """The most important difference, in the shape of an exact replay's."""
    for one in found:
        if one.counts and not one.same:
            context = [{"at_ms": turn["start_ms"], "role": turn["role"], "text": turn["text"]} for turn in actual["turns"][-5:]]
            return {
                "at_ms": _when(one, actual),
                "what": one.what,
                "expected": one.expected,
                "actual": one.actual,
                "context": context,
            }
    return None


def _equal(what: str, expected: Any, actual: Any) -> Compared:
    return Compared(what, expected, actual, expected == actual)


def _when(one: Compared, actual: Report) -> float:
    """The time of a barge-in or of the end; a report tells no time of a tool."""
    if one.what == "interruptions" and actual["barge_ins"]:
        return float(actual["barge_ins"][-1]["at_ms"])
    return float(actual["duration_ms"])


def _tools(report: Report, *, hidden: bool) -> list[dict[str, Any]]:
    found = []
    for tool in report["tools"]:
        arguments = masked(tool["arguments"]) if hidden else tool["arguments"]
        found.append(
            {"name": tool["name"], "arguments": _shape(arguments) if hidden else arguments, "outcome": tool["outcome"]}
        )
    return found


def _shape(value: Any) -> Any:
    """Names and kinds, without what a mask leaves of the values: a paraphrase has another length."""
    if isinstance(value, Mapping):
        return {name: _shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return "text" if isinstance(value, str) else "number" if isinstance(value, (int, float)) and value is not True else value


def _transfer(report: Report) -> dict[str, Any] | None:
    transfer = report["transfer"]
    return None if transfer is None else {"target": transfer["target"], "outcome": transfer["outcome"]}


def _words(report: Report, role: str) -> str:
    return " ".join(str(turn["text"]) for turn in report["turns"] if turn["role"] == role)


def _alike(expected: str, actual: str, *, hidden: bool) -> float:
    if hidden:
        expected, actual = mask_words(expected), mask_words(actual)
    then: list[str] = _TOKEN.findall(expected.lower())
    now: list[str] = _TOKEN.findall(actual.lower())
    return round(SequenceMatcher(None, then, now, autojunk=False).ratio(), 3)


def _latency(expected: Report, actual: Report, tolerance: Tolerance) -> Compared:
    then, now = (report["latency_ms"].get("turn_p50") for report in (expected, actual))
    allowed = tolerance.latency_ms
    within = allowed is None or then is None or (now is not None and now <= then + allowed)
    return Compared("latency p50", then, now, within, counts=allowed is not None)
