#!/usr/bin/env python3
"""Damages captures at random and checks what the reader makes of them.

For every truncation and every changed byte one of these must be true: the capture reads exactly as it was, or the reader says
where and why it does not, and all it vouches for was written. Never a traceback, never a wrong record without a word.

scripts/fuzz_captures                              20,000 truncations and 20,000 changed bytes of a capture made on the spot
scripts/fuzz_captures --rounds N --seed N FILE     of a capture of yours
"""

from __future__ import annotations

import argparse
import base64
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from voiceagent.capture.one import OpenCapture
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import Damage, Header, Record, Wire, record_line, wire_line
from voiceagent.capture.seal import CaptureKey
from voiceagent.errors import UserError


@dataclass(frozen=True)
class Original:
    """A whole capture: its bytes, and what is in it."""

    content: bytes
    header: Header
    records: tuple[Record, ...]
    key: CaptureKey | None


def make(path: Path, *, blocks: int = 12, key: CaptureKey | None = None, seed: int = 1) -> Original:
    """A small capture as a call writes it."""
    chance = random.Random(seed)
    capture = OpenCapture(path, Header("fuzzed", "2026-11-22T05:00:00.000Z", "redacted"), seal=key)
    for block in range(blocks):
        for step in range(4):
            at_ms = block * 1000 + step * 20
            audio = base64.b64encode(chance.randbytes(24 if step else 150))  # short: in its line; long: aside
            capture.add(at_ms, wire_line(at_ms, "media", "in", b'{"kind":"AudioData","audioData":{"data":"%b"}}' % audio))
        capture.add(block * 1000 + 99, record_line(block * 1000 + 99, "note", type="PhaseNoted", fields={"phase": f"{block}"}))
        capture.write(sync=True)
    capture.end("closed")
    return load(path, key)


def load(path: Path, key: CaptureKey | None = None) -> Original:
    """A capture of somebody's; it must be whole."""
    reader = CaptureReader(path, key=key)
    records = tuple(reader)
    if reader.stopped:
        raise UserError(f"{path} is not whole: {reader.stopped}", remedy="name one that is")
    return Original(path.read_bytes(), reader.header, records, key)


def judge(original: Original, damaged: bytes, path: Path) -> str | None:
    """What is wrong with how the reader took this; None: nothing. Of a file only cut the unverified must be true too."""
    path.write_bytes(damaged)
    try:
        reader = CaptureReader(path, key=original.key)
        found = list(reader)
        deaf = CaptureReader(path, key=original.key, audio=False)
        count = len(list(deaf))
    except UserError as error:
        return None if str(error) and error.remedy else "a complaint without a sentence or a remedy"
    if reader.header != original.header and "not verified" not in str(reader.stopped):
        return f"another header: {reader.header}"
    if (deaf.stopped is None, count) != (reader.stopped is None, len(found)):
        return f"who passes audio over is told something else: {deaf.stopped}"
    if reader.stopped is None:
        return None if tuple(found) == original.records else "silence about damage"
    told = _vouched(found, original.content.startswith(damaged))
    return None if _in_order(told, original.records) else f"a record that was never written, after: {reader.stopped}"


def _vouched(found: Iterable[Record], unfinished_too: bool) -> list[Record]:
    """The records that the reader says are verified: those behind an unfinished block's mark are not."""
    vouched: list[Record] = []
    for record in found:
        if isinstance(record, Damage) and record.cut and not unfinished_too:
            break
        if not isinstance(record, Damage):
            vouched.append(record)
    return vouched


def _in_order(some: list[Record], all_of_them: Iterable[Record]) -> bool:
    rest = iter(all_of_them)
    return all(any(one == other or _silent(one, other) for other in rest) for one in some)


def _silent(one: Record, other: Record) -> bool:
    """Whether this is the other without its frame, which lay in a block that is damaged: said before, by a mark."""
    return isinstance(one, Wire) and one.frame is None and isinstance(other, Wire) and one == replace(other, frame=None)


def truncations(original: Original, rounds: int, chance: random.Random) -> Iterable[tuple[str, bytes]]:
    """The file cut at random bytes."""
    for _ in range(rounds):
        length = chance.randrange(len(original.content))
        yield f"cut at byte {length}", original.content[:length]


def flips(original: Original, rounds: int, chance: random.Random) -> Iterable[tuple[str, bytes]]:
    """One byte changed, to any other value."""
    for _ in range(rounds):
        damaged = bytearray(original.content)
        at, change = chance.randrange(len(damaged)), chance.randrange(1, 256)
        damaged[at] ^= change
        yield f"byte {at} ^ {change:#04x}", bytes(damaged)


def run(original: Original, path: Path, *, rounds: int, seed: int) -> list[str]:
    """All faults found."""
    chance = random.Random(seed)
    rounds_of = (truncations(original, rounds, chance), flips(original, rounds, chance))
    return [f"{what}: {fault}" for kind in rounds_of for what, damaged in kind if (fault := judge(original, damaged, path))]


def main(words: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(words)
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.jsonl.gz")
        key = CaptureKey(bytes(range(32)))
        named = {"plain": load(options.file)} if options.file else {"plain": make(made)}
        if not options.file:
            named["encrypted"] = make(Path(folder, "sealed.jsonl.gz"), key=key)
        for name, original in named.items():
            began = time.monotonic()
            found = run(original, Path(folder, "damaged.jsonl.gz"), rounds=options.rounds, seed=options.seed)
            faults += len(found)
            took = time.monotonic() - began
            what = f"{options.rounds} truncations and {options.rounds} changed bytes of {len(original.content)}"
            print(f"{name}: {what} bytes, seed {options.seed}: {len(found)} faults, {took:.1f} s")
            print(*(f"  {fault}\n" for fault in found[:20]), sep="", end="")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
