"""Two calls side by side, by their reports: what was said, which tools ran, how it ended, and how long everything took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from voiceagent.capture.masks import mask_words, masked

Report = Mapping[str, Any]

_FACTS = ("outcome", "end_reason")
_LATENCIES = ("answer", "first_audio", "turn_p50", "turn_p95", "barge_in_stop_p95")


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the comparison; a side that has nothing there is None."""

    what: str
    a: Any
    b: Any
    same: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Latencies stand beside each other; they make calls different only beyond a tolerance that somebody named."""

    facts: tuple[Pair, ...]
    turns: tuple[Pair, ...]
    tools: tuple[Pair, ...]
    latencies: tuple[Pair, ...]

    @property
    def same(self) -> bool:
        """Whether nothing that counts is different."""
        return all(pair.same for pair in (*self.facts, *self.turns, *self.tools, *self.latencies))


def compare(a: Report, b: Report, *, tolerance_ms: float | None = None, hide: bool = False) -> Comparison:
    """Compare two reports of the shape that `calls show --json` prints. `hide` words of both, when those of one are hidden."""
    if hide:
        a, b = _hidden(a), _hidden(b)
    facts = [Pair(name, a[name], b[name], a[name] == b[name]) for name in _FACTS]
    transfers = [_part(report["transfer"], ("target", "outcome")) for report in (a, b)]
    facts.append(Pair("transfer", transfers[0], transfers[1], transfers[0] == transfers[1]))
    facts.append(Pair("barge-ins", len(a["barge_ins"]), len(b["barge_ins"]), len(a["barge_ins"]) == len(b["barge_ins"])))
    turns = [[_part(turn, ("role", "text", "interrupted")) for turn in report["turns"]] for report in (a, b)]
    tools = [[_part(tool, ("name", "arguments", "result", "outcome")) for tool in report["tools"]] for report in (a, b)]
    latencies = tuple(_latency(name, a, b, tolerance_ms) for name in _LATENCIES)
    return Comparison(tuple(facts), tuple(_aligned("turn", *turns)), tuple(_aligned("tool", *tools)), latencies)


def _hidden(report: Report) -> Report:
    turns = [{**turn, "text": mask_words(turn["text"])} for turn in report["turns"]]
    tools = [{**tool, "arguments": masked(tool["arguments"]), "result": masked(tool["result"])} for tool in report["tools"]]
    return {**report, "turns": turns, "tools": tools}


def _part(whole: Mapping[str, Any] | None, names: Sequence[str]) -> dict[str, Any] | None:
    return None if whole is None else {name: whole.get(name) for name in names}


def _aligned(what: str, a: list[Any], b: list[Any]) -> list[Pair]:
    """Equal ones beside each other, whatever was added or left out between them."""
    matcher = SequenceMatcher(None, [repr(one) for one in a], [repr(one) for one in b], autojunk=False)
    pairs = []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        pairs += [Pair(what, one, other, tag == "equal") for one, other in zip_longest(a[a0:a1], b[b0:b1])]
    return pairs


def _latency(name: str, a: Report, b: Report, tolerance_ms: float | None) -> Pair:
    one, other = a["latency_ms"].get(name), b["latency_ms"].get(name)
    if tolerance_ms is None:
        return Pair(name, one, other, True)
    within = one == other if one is None or other is None else abs(one - other) <= tolerance_ms
    return Pair(name, one, other, within)
