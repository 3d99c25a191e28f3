"""The captures of a folder: which there are, in what state, which one is meant by a name, which have served their time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from voiceagent.capture import records
from voiceagent.capture.read import CaptureReader, State
from voiceagent.capture.records import Header, NoteRecord, Record, Unknown
from voiceagent.capture.seal import CaptureKey
from voiceagent.errors import UserError

SUFFIX = ".jsonl.gz"
REPORT = ".report.json"  # what lies beside a capture and goes with it
_STAMP = re.compile(r"(\d{8}T\d{6}Z)-(.+)")
_DAY_SECONDS = 86_400.0
_NEAR = 160  # bytes in which a record says what it is
_TIME = len(b'{"t":')


@dataclass(frozen=True, slots=True)
class Shelved:
    """One capture as a list shows it. Locked: encrypted, and the key is not here, so only its checksums were looked at."""

    path: Path
    size: int
    state: State | Literal["locked"]
    header: Header | None = None
    duration_ms: float | None = None
    outcome: str | None = None
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, or would go."""

    paths: tuple[Path, ...]
    bytes: int
    kept: int


def captures_in(folder: Path) -> list[Path]:
    """All captures of a folder, the latest first."""
    return sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: (_began(path), path.name), reverse=True)


def survey(path: Path, key: CaptureKey | None = None) -> Shelved:
    """Look at a whole capture, verifying every block but reading only what a list shows."""
    size = path.stat().st_size
    try:
        reader = CaptureReader(path, key=key, sealed_too=True, scan=_glances)
        locked = bool(reader.header.sealed) and (key is None or key.id != reader.header.sealed.get("key"))
        if reader.header.sealed and not locked:
            reader = CaptureReader(path, key=key, scan=_glances)
        return _surveyed(reader, size, locked)
    except UserError as error:
        return Shelved(path, size, "damaged", stopped=str(error))


def _surveyed(reader: CaptureReader, size: int, locked: bool) -> Shelved:
    duration_ms, outcome, harmed = 0.0, None, False
    for record in reader:
        duration_ms = max(duration_ms, record.at_ms)
        harmed = harmed or isinstance(record, records.Damage)
        if isinstance(record, NoteRecord) and record.type == "CallEndedNoted":
            outcome = str(record.fields.get("outcome") or "") or None
    if locked and not harmed:
        return Shelved(reader.path, size, "locked", reader.header)
    return Shelved(reader.path, size, reader.state, reader.header, None if locked else duration_ms, outcome, reader.stopped)


def _glances(content: bytes) -> Iterator[Record]:
    return records.each(content, _glance)


def _glance(line: bytes) -> Record:
    """Only what tells how a call ended is parsed; of the rest the time."""
    near = line[:_NEAR]
    if b'"kind":"end"' in near or b'"kind":"mark"' in near or b'"CallEndedNoted"' in near:
        return records.parse(line)
    if b'"kind":"sealed"' in near:
        return Unknown(0.0, {})
    return Unknown(float(line[_TIME : line.index(b",")]), {})


def find(folder: Path, name: str) -> Path:
    """The capture that a path, a call's id, the beginning of one, or `last` means. UserError when that is none or several."""
    if "/" in name or name.endswith((SUFFIX, ".jsonl", ".gz")):
        if Path(name).is_file():
            return Path(name)
        if (folder / name).is_file():
            return folder / name
    captures = captures_in(folder)
    if name == "last" and captures:
        return captures[0]
    matching = [path for path in captures if _call(path).startswith(name) or path.name.startswith(name)] if name else []
    found = [path for path in matching if _call(path) == name] or matching or _by_header(captures, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f"there is no capture {name!r} in {folder}", remedy="`voiceagent captures list` names them")
    several = ", ".join(path.name for path in found[:5]) + (" …" if len(found) > 5 else "")
    raise UserError(f"{name!r} means several captures: {several}", remedy="give more of the id, or the path")


def _by_header(captures: Iterable[Path], call_id: str) -> list[Path]:
    """A file may have been renamed; its header still knows."""
    found = []
    for path in captures:
        try:
            header = CaptureReader(path, sealed_too=True).header
        except UserError:
            continue
        if call_id and header.call_id.startswith(call_id):
            found.append(path)
    return found


def prune(
    folder: Path, *, now: float, older_than_days: float | None = None, keep: int | None = None, dry_run: bool = False
) -> Pruned:
    """Delete captures (with their reports) that are older than so many days; the latest `keep` stay in any case.

    With `keep` alone all but the latest go. `now` in Unix seconds. Reports without a capture go by age alone.
    """
    captures = captures_in(folder)
    safe = captures[:keep] if keep is not None else []

    def old(path: Path) -> bool:
        return older_than_days is None or now - _began(path) > older_than_days * _DAY_SECONDS

    going = [path for path in captures if path not in safe and old(path)]
    staying = [path for path in captures if path not in going]
    reports = _reports(folder, going, staying, old if older_than_days is not None else lambda _: False)
    size = 0
    for path in (*going, *reports):
        size += path.stat().st_size
        if not dry_run:
            path.unlink(missing_ok=True)
    return Pruned((*going, *reports), size, len(staying))


def _reports(folder: Path, going: list[Path], staying: list[Path], old: Callable[[Path], bool]) -> list[Path]:
    gone, still_here = {_call(path) for path in going}, {_call(path) for path in staying}
    found = []
    for path in sorted(folder.glob(f"*{REPORT}")):
        call = path.name.removesuffix(REPORT)
        if call not in still_here and (call in gone or old(path)):
            found.append(path)
    return found


def _call(path: Path) -> str:
    """The call's id as the file's name has it."""
    stem = path.name.removesuffix(SUFFIX)
    match = _STAMP.fullmatch(stem)
    return match[2] if match else stem


def _began(path: Path) -> float:
    """When the call began, in Unix seconds: by the name, or by the file's own time."""
    match = _STAMP.fullmatch(path.name.removesuffix(SUFFIX))
    if match:
        try:
            return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            pass
    return path.stat().st_mtime
