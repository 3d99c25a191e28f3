"""The lines of a call, in the order in which they happened."""

from __future__ import annotations

import re

from voiceagent.emulators.acs import diary as module
from voiceagent.emulators.acs.diary import Diary


def test_lines_count_from_the_first_ring_and_tell_whoever_listens() -> None:
    diary = Diary(1_000)
    wakes: list[int] = []
    diary.changed = lambda: wakes.append(len(diary.lines))
    diary.note("ringing", 1_000)
    diary.note("key", 1_250.04, key="5")
    assert [line.json() for line in diary.lines] == [
        {"kind": "ringing", "at_ms": 0},
        {"kind": "key", "at_ms": 250.0, "key": "5"},
    ]
    assert wakes == [1, 2]
    assert [line.facts for line in diary.all("key")] == [{"key": "5"}]


def test_nothing_is_written_after_the_end() -> None:
    diary = Diary(0)
    diary.note("ended", 10)
    assert diary.closed
    diary.note("key", 20)
    assert len(diary.lines) == 1


def test_every_kind_that_is_written_is_documented() -> None:
    from pathlib import Path

    assert module.__doc__ is not None
    documented = set(re.findall(r"`([a-z_]+)`", module.__doc__))
    written: set[str] = set()
    for source in Path(module.__file__).parent.glob("*.py"):
        written |= set(re.findall(r'\.note\(\s*"([a-z_]+)"', source.read_text()))
    assert written
    assert written <= documented
