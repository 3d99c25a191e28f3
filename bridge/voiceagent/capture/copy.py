"""A capture written once more: redacted, or as today's format wants it. What was missing in the one is marked in the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from voiceagent.call.commands import Note
from voiceagent.capture import records
from voiceagent.capture.one import OpenCapture
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import Damage, End, Header, Mark, NoteRecord, Reaction, Record, SessionRecord, Unknown, Wire
from voiceagent.capture.redact import Redactor
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.shapes import revive
from voiceagent.errors import UserError

_BLOCK_MS = 1000.0
_BLOCK_RECORDS = 2000  # a capture whose clock stands still must not become one block


def copy_capture(reader: CaptureReader, path: Path, *, redactor: Redactor | None = None, seal: CaptureKey | None = None) -> int:
    """Write what the reader reads to a new file; how many records there are. UserError when it exists or cannot be written.

    With a redactor the copy says so in its header, and leaves out records of kinds that this version cannot judge.
    """
    header = reader.header
    end = "cut"

    def lines() -> Iterator[tuple[float, bytes]]:
        nonlocal end
        for record in reader:
            if isinstance(record, End):
                end = record.reason
            else:
                yield record.at_ms, records.line_of(record) if redactor is None else _redacted(record, redactor)

    policy = header.policy if redactor is None else "redacted"
    plain = Header(header.call_id, header.created, policy, header.versions, header.project, header.engine)
    return write_capture(path, plain, lines(), reason=lambda: end, seal=seal)


def write_capture(
    path: Path,
    header: Header,
    lines: Iterable[tuple[float, bytes]],
    *,
    reason: str | Callable[[], str] = "closed",
    seal: CaptureKey | None = None,
) -> int:
    """A new capture of these lines and their times; how many records. UserError when it exists or cannot be written.

    `reason` is the end's; when only the lines themselves tell, a function that is asked after them.
    """
    if path.exists():
        raise UserError(f"{path} exists", remedy="give another name: captures are never written over")
    capture, count, since, began = OpenCapture(path, header, seal=seal), 0, 0, 0.0
    for at_ms, line in lines:
        capture.add(at_ms, line)
        count += 1
        since += 1
        if at_ms - began >= _BLOCK_MS or since >= _BLOCK_RECORDS:
            capture.write(sync=True)
            began, since = at_ms, 0
    capture.end(reason if isinstance(reason, str) else reason())
    if capture.failure is not None:
        raise UserError(f"the capture could not be written: {capture.failure}", remedy="make room, or give another folder")
    return count


def _redacted(record: Record, redactor: Redactor) -> bytes:
    if isinstance(record, Wire):
        if record.frame is None:
            return records.line_of(record)
        return redactor.wire(record.at_ms, record.edge, record.direction, record.frame)
    if isinstance(record, Mark):
        return records.line_of(Mark(record.at_ms, record.mark, redactor.text(record.sentence)))
    try:
        return _revived(record, redactor)
    except ValueError:
        what = str(record.raw.get("kind")) if isinstance(record, Unknown) else type(record).__name__
        sentence = f"left out: this version does not know what is personal in it ({what})"
        return records.line_of(Mark(record.at_ms, "lost-record", sentence))


def _revived(record: Record, redactor: Redactor) -> bytes:
    """By the types of its fields, which know what is personal; on the disk everything is text."""
    match record:
        case SessionRecord(at_ms, settings):
            return redactor.session(at_ms, revive({"type": "SessionSettings", "fields": settings}))
        case Reaction(at_ms, event, commands):
            return redactor.reaction(at_ms, revive(event) if event else None, [revive(command) for command in commands])
        case NoteRecord(at_ms, type_, fields):
            note = revive({"type": type_, "fields": fields})
            if not isinstance(note, Note):
                raise ValueError(f"{type_} is no note")
            return redactor.note(at_ms, note)
        case Unknown():
            raise ValueError("unknown")
        case Damage() | _:
            return records.line_of(record)
