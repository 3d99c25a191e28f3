"""A call as a readable transcript with times, from its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voiceagent.call import commands as notes
from voiceagent.capture.records import Damage, Header, Mark, NoteRecord, Record
from voiceagent.capture.shapes import revive

_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """Something worth a line. `who` is caller, agent, tool, transfer, key, warning, call, or "" for what happened between."""

    at_ms: float
    who: str
    text: str


def story(records: Iterable[Record]) -> list[Moment]:
    """The moments in the order of when they began: a turn is noted when it is over."""
    found = [moment for record in records for moment in _moments(record)]
    return sorted(found, key=lambda moment: moment.at_ms)


def lines(header: Header, records: Iterable[Record], *, stopped: str | None = None) -> Iterator[str]:
    """The transcript as text."""
    agent = header.project.get("agent") or "an agent"
    engine = f", engine {header.engine}" if header.engine else ""
    yield f"Call {header.call_id} to {agent}, {header.created}{engine}"
    if header.policy == "redacted":
        yield "Words and digits are hidden (capture.policy redacted)."
    yield ""
    for moment in story(records):
        yield f"{moment.at_ms / 1000:7.1f} s  {moment.who:<{_WIDTH}}  {moment.text}".rstrip()
    if stopped:
        yield ""
        yield f"Not complete: {stopped}"


def _moments(record: Record) -> Iterator[Moment]:
    if isinstance(record, Mark):
        yield Moment(record.at_ms, "capture", f"{record.mark}: {record.sentence}")
    elif isinstance(record, Damage):
        yield Moment(record.at_ms, "capture", f"damaged: {record.sentence}")
    elif isinstance(record, NoteRecord):
        try:
            note = revive({"type": record.type, "fields": record.fields})
        except ValueError:
            return
        yield from _noted(record.at_ms, note)


def _noted(at_ms: float, note: object) -> Iterator[Moment]:
    match note:
        case notes.CallBeganNoted():
            yield Moment(at_ms, "call", f"{note.caller.shown} calls {note.called.shown}")
        case notes.CallerTurnNoted():
            yield Moment(note.start_ms, "caller", note.text.shown)
        case notes.AgentTurnNoted():
            cut = f"  [interrupted after {note.heard_ms / 1000:.1f} s]" if note.interrupted else ""
            late = f"  ({note.latency_ms:.0f} ms)" if note.latency_ms is not None else ""
            yield Moment(note.start_ms, "agent", f"{note.text.shown}{cut}{late}")
        case notes.BargeInNoted():
            yield Moment(note.at_ms, "", f"the caller interrupts; silence {note.stop_ms:.0f} ms later")
        case notes.ToolNoted():
            took = f"{note.outcome}, {note.duration_ms:.0f} ms"
            yield Moment(at_ms, "tool", f"{note.name}({note.arguments.shown}) -> {note.output.shown}  [{took}]")
        case notes.TransferNoted():
            yield Moment(at_ms, "transfer", f"{note.target}: {note.outcome} after {note.duration_ms / 1000:.1f} s")
        case notes.KeyNoted():
            yield Moment(at_ms, "key", note.key.shown)
        case notes.Warned():
            yield Moment(at_ms, "warning", f"{note.code}: {note.sentence}")
        case notes.CallEndedNoted():
            yield Moment(at_ms, "call", f"{note.outcome}: {note.reason}")
        case _:
            pass
