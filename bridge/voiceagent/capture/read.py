"""Reads captures back, also those whose writer was killed in the middle of a line."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voiceagent.capture import records
from voiceagent.capture.records import End, Header, Record, Unknown
from voiceagent.errors import UserError

_CHUNK = 1 << 16
_LONGEST_LINE = 64 << 20  # a damaged or hostile file must not fill the memory


@dataclass(frozen=True, slots=True)
class Capture:
    """A whole capture. `stopped` says where and why it ends early; None: it is complete."""

    path: Path
    header: Header
    records: tuple[Record, ...]
    stopped: str | None


class CaptureReader:
    """Record by record: iterate once, then look at `stopped`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stopped: str | None = None
        self._lines = _lines(path)
        self._number = 0
        self.header = self._header()

    def __iter__(self) -> Iterator[Record]:
        ended = False
        for line, whole in self._lines:
            if not whole:
                break
            self._number += 1
            try:
                record = records.parse(line)
            except ValueError:
                record = Unknown(0.0, {"unreadable": line.decode(errors="replace")})
            ended = isinstance(record, End)
            if isinstance(record, End) and record.reason != "closed":
                self.stopped = f"the capture ended before its call, after record {self._number - 1}: {record.reason}"
            yield record
        if not ended:
            self.stopped = f"the file ends after record {self._number} without an end: its writer was stopped"

    def _header(self) -> Header:
        line, whole = next(self._lines, (b"", False))
        try:
            raw = json.loads(line) if whole else None
        except ValueError:
            raw = None
        if not isinstance(raw, dict) or raw.get("kind") != "header":
            raise UserError(f"{self.path} is not a capture", remedy="name a .jsonl.gz file from the captures folder")
        if raw.get("v") != records.VERSION:
            raise UserError(
                f"{self.path} is a capture of version {raw.get('v')}; this voiceagent reads version {records.VERSION}",
                remedy="update voiceagent",
            )
        return records.parse_header(raw)


def read_capture(path: Path) -> Capture:
    """All of a capture at once. UserError when the file is missing, no capture, or of a later version."""
    reader = CaptureReader(path)
    found = tuple(reader)
    return Capture(path, reader.header, found, reader.stopped)


def _lines(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Lines without their end; the last is not `whole` when the file stops inside it."""
    rest = b""
    try:
        for chunk in _unpacked(path):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from ((line, True) for line in lines)
            if len(rest) > _LONGEST_LINE:
                break
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", remedy="`voiceagent captures list` names them") from error
    if rest:
        yield rest, False


def _unpacked(path: Path) -> Iterator[bytes]:
    """What can be unpacked; a cut or damaged end is the end. A plain JSON lines file is taken as well."""
    with path.open("rb") as file:
        start = file.read(2)
        file.seek(0)
        if start != b"\x1f\x8b":
            while chunk := file.read(_CHUNK):
                yield chunk
            return
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while chunk := file.read(_CHUNK):
            while chunk:
                try:
                    content = unpack.decompress(chunk, 1 << 20)
                except zlib.error:
                    return
                if content:
                    yield content
                chunk = unpack.unconsumed_tail
