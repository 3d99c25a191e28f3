"""A call's report as a page for people: how it ended, and the times that decide whether it felt like a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voiceagent_cli.conversation import arguments


def transcript(report: Mapping[str, Any]) -> list[str]:
    """The turns, one line each."""
    lines = []
    for turn in report["turns"]:
        cut = " [interrupted]" if turn.get("interrupted") else ""
        lines.append(f"{turn['start_ms'] / 1000:6.1f} s  {turn['role']:<8}  {turn['text']}{cut}")
    return lines


def facts(report: Mapping[str, Any], project: Path = Path()) -> list[tuple[str, str]]:
    """Name and value, in the order in which one asks. The capture's path leads there from here: reports begin at `project`."""
    rows = [("call", f"{report['outcome']} ({report['end_reason']}) after {report['duration_ms'] / 1000:.1f} s")]
    rows += [
        ("tool", f"{tool['name']}({arguments(tool['arguments'])}) {tool['outcome']}, {tool['duration_ms']:.0f} ms")
        for tool in report["tools"]
    ]
    rows += [
        ("barge-in", f"stopped {barge_in['stop_ms']:.0f} ms after the caller began, {barge_in['truncated_at_ms']:.0f} ms heard")
        for barge_in in report["barge_ins"]
    ]
    if transfer := report["transfer"]:
        rows.append(("transfer", f"{transfer['target']}: {transfer['outcome']} after {transfer['duration_ms'] / 1000:.1f} s"))
    rows.append(("latency", _latency(report["latency_ms"])))
    if ear := _ear(report.get("ear")):
        rows.append(("at the ear", ear))
    if report.get("capture"):
        rows.append(("capture", str(project / report["capture"])))
    rows += [
        ("capture", warning["sentence"].removeprefix("the capture was "))
        for warning in report.get("warnings", ())
        if warning["code"] == "capture_not_written"
    ]
    return rows


def _latency(latency: Mapping[str, Any]) -> str:
    named = (
        ("answer", "answer"),
        ("first audio", "first_audio"),
        ("turn p50", "turn_p50"),
        ("p95", "turn_p95"),
        ("barge-in p95", "barge_in_stop_p95"),
    )
    told = [f"{name} {latency[key]:.0f} ms" for name, key in named if latency.get(key) is not None]
    return ", ".join(told) or "nothing to measure"


def _ear(ear: Mapping[str, Any] | None) -> str:
    """What the phone heard itself: the only latency a caller knows."""
    if not ear:
        return ""
    turns = [turn["latency_ms"] for turn in ear.get("turns", []) if turn.get("latency_ms") is not None]
    stops = [stop["stop_ms"] for stop in ear.get("barge_ins", []) if stop.get("stop_ms") is not None]
    told = []
    if turns:
        told.append(f"answers after {', '.join(f'{turn:.0f}' for turn in turns)} ms")
    if stops:
        told.append(f"silent {', '.join(f'{stop:.0f}' for stop in stops)} ms after an interruption")
    return "; ".join(told)
