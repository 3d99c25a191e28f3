"""Some records of a capture: of certain edges or kinds, within a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from voiceagent.capture.records import (
    Damage,
    End,
    LaneStep,
    Mark,
    NoteRecord,
    Reaction,
    Record,
    SessionRecord,
    Unknown,
    Wire,
)
from voiceagent.errors import UserError

EDGES = ("media", "engine", "webhook", "control")
_KINDS: dict[type, str] = {
    Wire: "wire",
    SessionRecord: "session",
    Reaction: "reaction",
    LaneStep: "lane",
    NoteRecord: "note",
    Mark: "mark",
    End: "end",
}
KINDS = tuple(_KINDS.values())


def kind_of(record: Record) -> str:
    """As the file says it; a damaged place counts as a mark."""
    if isinstance(record, Unknown):
        return str(record.raw.get("kind"))
    return "mark" if isinstance(record, Damage) else _KINDS[type(record)]


def pick(
    records: Iterable[Record],
    *,
    edges: Collection[str] = (),
    kinds: Collection[str] = (),
    from_ms: float = 0.0,
    to_ms: float | None = None,
) -> Iterator[Record]:
    """Those that fit; nothing named: all. Damage is always among them. UserError for an edge or kind that nothing is of."""
    _known(edges, EDGES, "edge")
    _known(kinds, KINDS, "kind")
    return (
        record
        for record in records
        if isinstance(record, Damage)
        or (
            from_ms <= record.at_ms
            and (to_ms is None or record.at_ms <= to_ms)
            and (not kinds or kind_of(record) in kinds)
            and (not edges or (isinstance(record, Wire) and record.edge in edges))
        )
    )


def _known(given: Collection[str], known: Collection[str], what: str) -> None:
    for one in given:
        if one not in known:
            raise UserError(f"{one!r} is no {what} of records", remedy=f"one of {', '.join(known)}")
