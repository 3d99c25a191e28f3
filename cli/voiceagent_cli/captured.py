"""Captures as they stand on the screen and in JSON: rows, sizes, sides beside each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from voiceagent.capture.compare import Comparison, Pair
    from voiceagent.capture.records import Header, Record
    from voiceagent.capture.shelf import Shelved

_WIDTH = 52


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def row(one: Shelved, name: str) -> dict[str, Any]:
    """A capture in `captures list --json`."""
    header = one.header
    return {
        "capture": name,
        "call_id": header.call_id if header else None,
        "started_at": header.created if header else None,
        "duration_ms": one.duration_ms,
        "outcome": one.outcome,
        "bytes": one.size,
        "policy": header.policy if header else None,
        "encrypted": bool(header and header.sealed),
        "state": one.state,
        "stopped": one.stopped,
    }


def cells(shown: Mapping[str, Any]) -> tuple[str, ...]:
    """The same as a line of a table."""
    lasted = shown["duration_ms"]
    policy = f"{shown['policy'] or ''}{', encrypted' if shown['encrypted'] else ''}"
    return (
        str(shown["started_at"] or ""),
        str(shown["call_id"] or shown["capture"]),
        "" if lasted is None else f"{lasted / 1000:.1f} s",
        str(shown["outcome"] or ""),
        size(shown["bytes"]),
        policy,
        str(shown["state"]),
    )


def counts(records: Iterable[Record]) -> dict[str, int]:
    """How many records there are of each kind; frames by their socket and direction."""
    from voiceagent.capture.pick import kind_of
    from voiceagent.capture.records import Wire

    found = Counter(f"{one.edge} {one.direction}" if isinstance(one, Wire) else kind_of(one) for one in records)
    return dict(sorted(found.items()))


def about(header: Header, path: Path) -> dict[str, Any]:
    """What the header says, and the file."""
    return {
        "call_id": header.call_id,
        "created": header.created,
        "policy": header.policy,
        "encrypted": dict(header.sealed) or None,
        "engine": header.engine,
        "versions": dict(header.versions),
        "project": dict(header.project),
        "bytes": path.stat().st_size,
    }


def days(text: str) -> float:
    """`30d`, `12h` or `90` (days). UserError for anything else."""
    number, unit = (text[:-1], text[-1:]) if text[-1:] in ("d", "h", "w") else (text, "d")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise UserError(f"{text!r} is no age", remedy="write 30d for thirty days, 12h for twelve hours, 4w for four weeks")
    return value * {"h": 1 / 24, "d": 1.0, "w": 7.0}[unit]


# --- two calls side by side


def pairs(found: Sequence[Pair]) -> list[dict[str, Any]]:
    """For JSON."""
    return [{"what": pair.what, "a": pair.a, "b": pair.b, "same": pair.same} for pair in found]


def side_by_side(comparison: Comparison) -> list[str]:
    """Lines; what differs is marked."""
    lines = []
    for found, text in (
        (comparison.facts, _plain),
        (comparison.turns, _turn),
        (comparison.tools, _tool),
        (comparison.latencies, _ms),
    ):
        for pair in found:
            mark = " " if pair.same else "!"
            lines.append(f"{mark} {pair.what:<18} {_cut(text(pair.a)):<{_WIDTH}}  {_cut(text(pair.b))}".rstrip())
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(one) for one in value.values())
    return "-" if value is None else str(value)


def _turn(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return "-"
    return f"{value['role']}: {value['text']}{' [interrupted]' if value['interrupted'] else ''}"


def _tool(value: Mapping[str, Any] | None) -> str:
    return "-" if value is None else f"{value['name']}({json.dumps(value['arguments'], ensure_ascii=False)}) {value['outcome']}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"
