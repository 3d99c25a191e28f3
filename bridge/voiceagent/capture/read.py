"""Reads captures back: whole ones, those whose writer was killed in the middle of a line, and those a disk has changed since.

Damage is never passed over in silence: a `Damage` record stands in its place, `stopped` says where and why, and reading goes
on with the next block that can be verified.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from voiceagent.capture import records
from voiceagent.capture.aside import Rejoined, is_only_audio
from voiceagent.capture.blocks import UNNUMBERED, Block, Gap, blocks
from voiceagent.capture.migrate import current, upgraded
from voiceagent.capture.records import Damage, End, Header, Mark, Passed, Record
from voiceagent.capture.seal import ALGORITHM, CaptureKey, Sealer
from voiceagent.errors import UserError

Scan = Callable[[bytes], Iterator[Record]]
"""Reads the lines of a block; `Damage` for a line that is no record."""

State = Literal["whole", "cut", "damaged"]
"""Cut: it ends early, by a mark or because its writer was stopped. Damaged: it is not what was written."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A whole capture. `stopped` says where and why it is not complete; None: it is."""

    path: Path
    header: Header
    records: tuple[Record, ...]
    stopped: str | None
    state: State = "whole"


class CaptureReader:
    """Record by record: iterate once, then look at `stopped` and `state`.

    `key` opens encrypted captures. UserError when the file is missing, no capture, of a later version, encrypted with another
    key, or damaged in its very header. With `sealed_too` an encrypted one is opened without its key: for its header alone.
    Who is in a hurry gives a quicker `scan`, which may pass records over, and leaves `audio` where it is: what lies aside is
    verified then, and not unpacked.
    """

    def __init__(
        self,
        path: Path,
        *,
        key: CaptureKey | None = None,
        sealed_too: bool = False,
        scan: Scan = records.each,
        audio: bool = True,
    ) -> None:
        self.path = path
        self._scan = scan
        self._with_audio = audio
        self._rejoined, self._audio_number = Rejoined(), UNNUMBERED
        self.stopped: str | None = None
        self.state: State = "whole"
        self._number = 0
        self._at_ms = 0.0
        self._missing, self._places = "", 0
        self._parts = self._opened()
        self._line = self._rest = b""
        self._sealed = 1  # the header's block is number 0
        raw = self._first()
        self.version = int(raw["v"])
        self.header = records.parse_header(upgraded(raw, self.version))
        self._sealer = None if sealed_too else self._unsealing(key)

    def __iter__(self) -> Iterator[Record]:
        end: End | None = None
        for record in self._records():
            if isinstance(record, Passed):
                self._number += record.count
                self._at_ms = max(self._at_ms, record.at_ms)
                yield record
                continue
            if isinstance(record, Damage):
                self._worse("cut" if record.cut else "damaged")
                self._lacks(f"byte {record.offset}, after record {self._number}: {record.sentence}")
                yield record
                continue
            self._number += 1
            self._at_ms = max(self._at_ms, record.at_ms)
            end = record if isinstance(record, End) else None
            if isinstance(record, Mark):
                self._mark(record)
            yield record
        self._conclude(end)

    def _mark(self, mark: Mark) -> None:
        early = mark.mark in ("queue-full", "disk-full", "disk-failed", "cut")
        self._worse("cut" if early else "damaged")
        if not early:
            self._lacks(f"record {self._number} is a mark, {mark.mark}: {mark.sentence}")

    def _lacks(self, what: str) -> None:
        self._missing = self._missing or what
        self._places += 1

    def _conclude(self, end: End | None) -> None:
        told = []
        if end is None:
            self._worse("cut")
            told.append(f"the file ends after record {self._number} without an end: its writer was stopped")
        elif end.reason != "closed":
            self._worse("cut")
            told.append(f"the capture ended before its call, after record {self._number - 1}: {end.reason}")
        elif end.records != self._number - 1:
            self._worse("damaged")
            told.append(f"its end counts {end.records} records, and {self._number - 1} are here")
        more = self._places - 1
        if self._missing:
            told.append(self._missing + (f" (and in {more} more place{'s' if more > 1 else ''})" if more else ""))
        self.stopped = "; ".join(told) or None

    def _worse(self, state: State) -> None:
        if self.state != "damaged":
            self.state = state

    def _records(self) -> Iterator[Record]:
        if self._rest:
            yield from self._inside(UNNUMBERED, 0, self._rest)
        for part in self._parts:
            if isinstance(part, Gap):
                yield self._damage(part.offset, part.why, cut=part.cut)
            elif part.aside and (self._sealer is not None or not is_only_audio(part.content)):
                yield self._damage(part.offset, "what lies aside is no audio")  # who passes it over would miss it
            elif self._with_audio or not part.aside:
                yield from self._inside(part.number, part.offset, part.content)

    def _inside(self, number: int, offset: int, content: bytes) -> Iterator[Record]:
        if self._sealer is not None:
            yield from self._unsealed(self._sealer, number, offset, content)
            return
        if self.version > 1 and (self._with_audio or number == UNNUMBERED):
            content = self._joined(number, content)
        yield from self._scanned(content, offset)

    def _joined(self, number: int, content: bytes) -> bytes:
        """With the audio that lies aside. In a file of ours that is the block just before, and no other."""
        if number != UNNUMBERED and self._audio_number != number - 1:
            self._rejoined.forget()
        self._audio_number = number
        return self._rejoined.joined(content)

    def _unsealed(self, sealer: Sealer, numbered: int, offset: int, lines: bytes) -> Iterator[Record]:
        for line in records.lines(lines):
            number = self._sealed if numbered == UNNUMBERED else numbered
            self._sealed = number + 1
            try:
                content = sealer.open(number, line)
            except (ValueError, RecursionError) as error:
                yield self._damage(offset, f"block {number} cannot be decrypted: {error}")
                continue
            yield from self._scanned(content, offset)

    def _scanned(self, content: bytes, offset: int) -> Iterator[Record]:
        if self.version != records.VERSION:
            older = records.pieces(content)
            content = b"\n".join(b"\n".join(current(self.version, records.lines(piece))) for piece in older)
        for record in self._scan(content):
            yield self._damage(offset, record.sentence) if isinstance(record, Damage) else record

    def _damage(self, offset: int, why: str, *, cut: bool = False) -> Damage:
        return Damage(self._at_ms, offset, why, cut)

    # --- the header

    def _opened(self) -> Iterator[Block | Gap]:
        try:
            with self.path.open("rb") as file:
                yield from blocks(file, aside=self._with_audio)
        except OSError as error:
            why = error.strerror or str(error)
            raise UserError(f"{self.path} cannot be read: {why}", remedy="`voiceagent captures list` names them") from error

    def _first(self) -> dict[str, Any]:
        part = next(self._parts, None)
        if isinstance(part, Gap) and part.cut and (following := next(self._parts, None)) is not None:
            self._parts, part = _again(part, self._parts), following
        if isinstance(part, Gap):
            raise UserError(
                f"{self.path} is damaged at byte {part.offset}, where its header is: {part.why}",
                remedy="take it from a backup: without a header nothing can be read",
            )
        line, _, rest = part.content.partition(b"\n") if part else (b"", b"", b"")
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raw = None
        if not isinstance(raw, dict) or raw.get("kind") != "header" or type(raw.get("v")) is not int:
            raise UserError(f"{self.path} is not a capture", remedy="name a .jsonl.gz file from the captures folder")
        if not 0 < raw["v"] <= records.VERSION:
            raise UserError(
                f"{self.path} is a capture of version {raw['v']}; this voiceagent reads versions up to {records.VERSION}",
                remedy="please update voiceagent",
            )
        self._line, self._rest = line, rest
        return raw

    def _unsealing(self, key: CaptureKey | None) -> Sealer | None:
        sealed = self.header.sealed
        if not sealed:
            return None
        if sealed.get("alg") != ALGORITHM:
            raise UserError(
                f"{self.path} is encrypted with {sealed.get('alg')}, which this voiceagent does not know",
                remedy="please update voiceagent",
            )
        if key is None or key.id != sealed.get("key"):
            have = "there is no key in the settings" if key is None else f"the key in the settings is {key.id}"
            raise UserError(
                f"{self.path} is encrypted with key {sealed.get('key')}, and {have}",
                remedy="set VOICEAGENT_CAPTURE_KEY (or capture.key_vault_key) to the key it was written with",
            )
        return Sealer(key, self._line)


def read_capture(path: Path, *, key: CaptureKey | None = None) -> Capture:
    """All of a capture at once; UserError as `CaptureReader` raises it."""
    reader = CaptureReader(path, key=key)
    found = tuple(reader)
    return Capture(path, reader.header, found, reader.stopped, reader.state)


def _again(first: Gap, parts: Iterator[Block | Gap]) -> Iterator[Block | Gap]:
    yield first
    yield from parts
