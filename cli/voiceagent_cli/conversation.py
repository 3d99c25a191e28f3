"""A call as lines for people: who said what when, and what happened in between. Knows the notes' names, not how they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.nesting import read_json

WHO_WIDTH = 8
"""`transfer` and `barge-in` are the longest words of the second column."""
LONGEST = 400
"""Characters of what a tool was told or answered; the report has the whole."""


def line(note: Mapping[str, Any]) -> str | None:
    """The line for one note of the feed; None for notes that people need not see as they happen."""
    write = _LINES.get(str(note.get("note")))
    return write(note) if write else None


def _row(at_ms: float, who: str, text: str, aside: str = "") -> str:
    return f"{at_ms / 1000:6.1f} s  {who:<{WHO_WIDTH}}  {text}" + (f"   ({aside})" if aside else "")


def _caller(note: Mapping[str, Any]) -> str:
    return _row(note["start_ms"], "caller", note["text"])


def _agent(note: Mapping[str, Any]) -> str:
    asides = [
        f"after {note['latency_ms']:.0f} ms" if note.get("latency_ms") is not None else "",
        f"interrupted, heard {note['heard_ms'] / 1000:.1f} s" if note.get("interrupted") else "",
    ]
    return _row(note["start_ms"], "agent", note["text"], ", ".join(aside for aside in asides if aside))


def _barge_in(note: Mapping[str, Any]) -> str:
    return _row(note["at_ms"], "barge-in", f"the agent fell silent {note['stop_ms']:.0f} ms after the caller began")


def _resumed(note: Mapping[str, Any]) -> str:
    return _row(note["at_ms"], "barge-in", f"no words came: the agent goes on after {note['silent_ms'] / 1000:.1f} s")


def _tool(note: Mapping[str, Any]) -> str:
    outcome = "" if note["outcome"] == "ok" else f"{note['outcome']}, "
    return _row(
        note["at_ms"],
        "tool",
        f"{_short(note['name'] + '(' + arguments(note['arguments']) + ')')} -> {_short(str(note['output']))}",
        f"{outcome}{note['duration_ms']:.0f} ms",
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"


def _transfer(note: Mapping[str, Any]) -> str:
    words = note["outcome"].replace("_", " ")
    return _row(note["at_ms"], "transfer", f"to {note['target']}: {words}", f"{note['duration_ms'] / 1000:.1f} s")


def _key(note: Mapping[str, Any]) -> str:
    return _row(note["at_ms"], "key", note["key"])


def _warned(note: Mapping[str, Any]) -> str:
    return _row(note["at_ms"], "warning", note["sentence"])


_PHASES = {"answered": "answered", "transferring": "ringing a human", "ended": "ended"}


def _phase(note: Mapping[str, Any]) -> str | None:
    words = _PHASES.get(note["phase"])
    return _row(note["at_ms"], "call", words) if words else None


def arguments(written: Any) -> str:
    """Tool arguments as Python would show them: `order_id='4271'`. The model may have written anything."""
    try:
        values = read_json(written) if isinstance(written, str) else written
        return ", ".join(f"{name}={value!r}" for name, value in values.items())
    except (ValueError, AttributeError):
        return str(written)


_LINES = {
    "CallerTurnNoted": _caller,
    "AgentTurnNoted": _agent,
    "BargeInNoted": _barge_in,
    "PlaybackResumedNoted": _resumed,
    "ToolNoted": _tool,
    "TransferNoted": _transfer,
    "KeyNoted": _key,
    "Warned": _warned,
    "PhaseNoted": _phase,
}
