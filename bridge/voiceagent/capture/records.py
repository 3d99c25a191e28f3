"""Capture format v2: one JSON object a line, in gzip blocks; its lines as values (docs/captures.md describes it).

{"v":2,"kind":"header","call_id":…,"created":…,"policy":…,"versions":{…},"project":{…},"engine":…}
{"t":12.345,"kind":"wire","edge":"media","dir":"in","frame":{…}}      a frame, byte for byte when nothing had to be hidden
{"t":12.345,"kind":"session","settings":{…}}                          what the session decided by
{"t":12.345,"kind":"reaction","event":{…}|null,"commands":[…]}        what the session got and what it wanted
{"t":12.345,"kind":"lane","do":"handed_over","reply":"","item":…,"ms":20}  what the audio lane told the playback account
{"t":12.345,"kind":"note","type":"BargeInNoted","fields":{…}}
{"t":12.345,"kind":"mark","mark":"queue-full","sentence":…}           something is missing from here on
{"t":12.345,"kind":"end","reason":"closed","records":812}             a capture without an end was cut short
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

VERSION = 2
_PIECE = 1 << 20  # a block of an ordinary call is one piece
_TIME = len(b'{"t":')
FRAME_KEY = b'"frame":'  # always the last key of its line, so that the frame's own bytes can be cut out again


@dataclass(frozen=True, slots=True)
class Header:
    """The first record. `created` is wall time, ISO 8601; all other times are ms on the call's monotonic clock."""

    call_id: str
    created: str
    policy: str
    versions: Mapping[str, str] = field(default_factory=dict)
    project: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """When all blocks but this one are encrypted: the algorithm (`alg`) and which `key`; else empty."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One frame. `edge` is media, engine, webhook or control; `direction` in or out, seen from the bridge.

    `frame` is None when the policy kept nothing but its `size`.
    """

    at_ms: float
    edge: str
    direction: str
    frame: bytes | None
    size: int


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What the session decided by: `call.settings.SessionSettings` in plain values (see `shapes.revive`)."""

    at_ms: float
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reaction:
    """One step of the session: an event (None: the start) and the commands it answered with, notes left out."""

    at_ms: float
    event: Mapping[str, Any] | None
    commands: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LaneStep:
    """What the audio lane told the playback account: `do` is arrived, handed_over, dropped, confirmed, hold or flush.

    The session reads that account when it decides, so a replay must tell it the same, in the same place between the reactions.
    """

    at_ms: float
    do: str
    reply_id: str
    item_id: str
    ms: float


Step: TypeAlias = tuple[float, bytes, str, str, float]
"""The fields of a lane step, for those who meet thousands: time, what, reply, item, milliseconds."""


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note, by the name of its type."""

    at_ms: float
    type: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something is missing here: `mark` is queue-full, disk-full, disk-failed, lost-record, damaged or cut."""

    at_ms: float
    mark: str
    sentence: str


@dataclass(frozen=True, slots=True)
class End:
    """The last record; `records` counts all before it."""

    at_ms: float
    reason: str
    records: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A record of a kind this version does not know; kept."""

    at_ms: float
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Damage:
    """Not in the file: the reader puts it where the file is not what was written. Records may be missing here.

    `offset` is the byte of the file, `at_ms` the time of the last record before. `cut`: the file just ends, its writer was
    stopped; records after it are whole lines, but nothing proves that they are what was written.
    """

    at_ms: float
    offset: int
    sentence: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """Not in the file: stands for `count` records in a row that somebody in a hurry passed over, the last at `at_ms`.

    `steps` are the lane's among them, in order. All of them stand in `block` from `start` to `end`: most of a capture, and not
    copied for the few who must look closer.
    """

    at_ms: float
    count: int
    steps: list[Step]
    block: bytes = field(repr=False)
    start: int
    end: int

    @property
    def lines(self) -> Iterator[bytes]:
        """The records' lines."""
        return lines(self.block[self.start : self.end])


Record: TypeAlias = Wire | SessionRecord | Reaction | LaneStep | NoteRecord | Mark | End | Unknown | Damage | Passed


def time_of(line: bytes) -> float:
    """When a record happened, without reading it. Raises ValueError for a line that is no record of ours."""
    return float(line[_TIME : line.index(b",")])


def compact(value: Any) -> bytes:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def header_line(header: Header) -> bytes:
    """The first line."""
    about = {"call_id": header.call_id, "created": header.created, "policy": header.policy, "engine": header.engine}
    rest = {"versions": dict(header.versions), "project": dict(header.project), "clock": "ms since the call began, monotonic"}
    sealed = {"sealed": dict(header.sealed)} if header.sealed else {}
    return compact({"v": VERSION, "kind": "header", **about, **rest, **sealed})


def wire_line(at_ms: float, edge: str, direction: str, frame: bytes) -> bytes:
    """A frame that is JSON on one line goes in as it is."""
    return b'{"t":%.3f,"kind":"wire","edge":"%s","dir":"%s","frame":%s}' % (at_ms, edge.encode(), direction.encode(), frame)


def odd_wire_line(at_ms: float, edge: str, direction: str, **content: Any) -> bytes:
    """A frame that is not: `text`, `b64`, or only its `size`."""
    return record_line(at_ms, "wire", edge=edge, dir=direction, **content)


def record_line(at_ms: float, kind: str, **fields: Any) -> bytes:
    """Any other record. The time is exact: a deadline that was met must be met in a replay too."""
    return compact({"t": at_ms, "kind": kind, **fields})


def parse_header(raw: Mapping[str, Any]) -> Header:
    """The first line's object, known to be of today's version."""
    return Header(
        str(raw.get("call_id", "")),
        str(raw.get("created", "")),
        str(raw.get("policy", "")),
        _mapping(raw.get("versions")),
        _mapping(raw.get("project")),
        str(raw.get("engine", "")),
        _mapping(raw.get("sealed")),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def parse(line: bytes) -> Record:
    """A record from its line. Raises ValueError for a line that is not one."""
    raw = json.loads(line)
    if not isinstance(raw, dict):
        raise ValueError("a record is an object")
    at_ms = float(raw.get("t", 0.0))
    if not math.isfinite(at_ms):
        raise ValueError("a time is a number")
    match raw.get("kind"):
        case "wire":
            frame = _frame(raw, line)
            size = int(raw.get("size", len(frame or b"")))
            return Wire(at_ms, str(raw.get("edge", "")), str(raw.get("dir", "")), frame, size)
        case "session":
            return SessionRecord(at_ms, raw.get("settings") or {})
        case "reaction":
            return Reaction(at_ms, raw.get("event"), tuple(raw.get("commands") or ()))
        case "lane":
            names = (str(raw.get("do", "")), str(raw.get("reply", "")), str(raw.get("item", "")))
            return LaneStep(at_ms, *names, float(raw.get("ms", 0.0)))
        case "note":
            return NoteRecord(at_ms, str(raw.get("type", "")), raw.get("fields") or {})
        case "mark":
            return Mark(at_ms, str(raw.get("mark", "")), str(raw.get("sentence", "")))
        case "end":
            return End(at_ms, str(raw.get("reason", "")), int(raw.get("records", 0)))
    return Unknown(at_ms, raw)


def lines(content: bytes) -> Iterator[bytes]:
    """The lines of a block."""
    for piece in pieces(content):
        found = piece.split(b"\n")  # quicker than cutting the end off first, which copies all
        if not found[-1]:
            found.pop()
        yield from found


def pieces(content: bytes) -> Iterator[bytes]:
    """A block in parts of whole lines: of those that are at hand together, many tiny ones take fifty times their own room."""
    at = 0
    while len(content) - at > _PIECE:
        end = content.find(b"\n", at + _PIECE) + 1
        if not end:
            break
        yield content[at:end]
        at = end
    if at < len(content):
        yield content[at:] if at else content


def each(content: bytes, parse: Callable[[bytes], Record] = parse) -> Iterator[Record]:
    """The records of a block, one after the other; `Damage` for a line that is none."""
    for line in lines(content):
        yield parsed(line, parse)


def parsed(line: bytes, parse: Callable[[bytes], Record] = parse) -> Record:
    """A record from its line, or `Damage` when it is none. `parse` raises ValueError as `parse` does."""
    try:
        return parse(line)
    except (ValueError, TypeError, RecursionError, OverflowError):  # the last: a number that is infinite here
        return Damage(0.0, 0, "a line that is no record")


def line_of(record: Record) -> bytes:
    """The line that `parse` makes this record of; for whoever writes a capture anew. Damage becomes a mark."""
    match record:
        case Wire(at_ms, edge, direction, frame, size):
            return _wire(at_ms, edge, direction, frame, size)
        case SessionRecord(at_ms, settings):
            return record_line(at_ms, "session", settings=settings)
        case Reaction(at_ms, event, commands):
            return record_line(at_ms, "reaction", event=event, commands=list(commands))
        case LaneStep(at_ms, do, reply_id, item_id, ms):
            return record_line(at_ms, "lane", do=do, reply=reply_id, item=item_id, ms=ms)
        case NoteRecord(at_ms, type_, fields):
            return record_line(at_ms, "note", type=type_, fields=fields)
        case Mark(at_ms, mark, sentence):
            return record_line(at_ms, "mark", mark=mark, sentence=sentence)
        case End(at_ms, reason, count):
            return record_line(at_ms, "end", reason=reason, records=count)
        case Damage(at_ms, offset, sentence, cut):
            return record_line(at_ms, "mark", mark="cut" if cut else "damaged", sentence=f"at byte {offset}: {sentence}")
        case Unknown(_, raw):
            return compact(raw)
        case Passed():
            raise ValueError("several lines are not one")


def _wire(at_ms: float, edge: str, direction: str, frame: bytes | None, size: int) -> bytes:
    if frame is None:
        return odd_wire_line(at_ms, edge, direction, size=size)
    try:
        json.loads(frame)
    except ValueError:
        pass
    else:
        if b"\n" not in frame:
            return wire_line(at_ms, edge, direction, frame)
    try:
        return odd_wire_line(at_ms, edge, direction, text=frame.decode())
    except UnicodeDecodeError:
        return odd_wire_line(at_ms, edge, direction, b64=base64.b64encode(frame).decode())


def _frame(raw: Mapping[str, Any], line: bytes) -> bytes | None:
    if "frame" in raw:
        return line[line.index(FRAME_KEY) + len(FRAME_KEY) : -1]
    if "text" in raw:
        return str(raw["text"]).encode()
    return base64.b64decode(raw["b64"]) if "b64" in raw else None
