"""A whole captured call without waiting."""

from __future__ import annotations

from pathlib import Path

from voiceagent.capture.read import read_capture
from voiceagent.capture.records import LaneStep, NoteRecord, Reaction
from voiceagent.testing.programme import Programme
from voiceagent.testing.recital import recite


def test_everything_that_can_be_asked_for_happens(tmp_path: Path) -> None:
    capture = read_capture(recite(tmp_path, Programme(seconds=30, interrupt_every=2, tool_every=3, key_every=2)))
    assert capture.stopped is None
    notes = [record.type for record in capture.records if isinstance(record, NoteRecord)]
    for note in ("CallerTurnNoted", "AgentTurnNoted", "BargeInNoted", "ToolNoted", "KeyNoted", "CallEndedNoted"):
        assert note in notes
    assert any(isinstance(record, LaneStep) for record in capture.records)
    assert max(record.at_ms for record in capture.records if isinstance(record, Reaction)) > 30_000


def test_it_is_the_same_call_every_time(tmp_path: Path) -> None:
    both = [read_capture(recite(tmp_path / name, Programme(seconds=12))) for name in ("a", "b")]
    reactions = [[record for record in one.records if isinstance(record, (Reaction, LaneStep))] for one in both]
    assert reactions[0] == reactions[1]
