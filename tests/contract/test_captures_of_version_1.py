"""Captures that were written by the first release, and must be readable by every later one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from voiceagent.capture.read import Capture, read_capture
from voiceagent.capture.records import End, LaneStep, NoteRecord, Reaction, SessionRecord, Wire
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.shapes import revive

KEY = CaptureKey(b"k" * 32)


@pytest.fixture(params=["redacted", "full", "sealed"])
def capture(request: pytest.FixtureRequest, root: Path) -> Capture:
    path = root / "tests" / "data" / "captures" / f"v1-{request.param}.jsonl.gz"
    return read_capture(path, key=KEY if request.param == "sealed" else None)


def test_it_is_whole(capture: Capture) -> None:
    assert (capture.stopped, capture.state) == (None, "whole")
    assert capture.header.versions["voiceagent"] == "0.1.0"
    end = capture.records[-1]
    assert isinstance(end, End)
    assert end.records == len(capture.records) - 1


def test_every_kind_of_record_is_there_and_understood(capture: Capture) -> None:
    kinds = Counter(type(record) for record in capture.records)
    assert set(kinds) == {Wire, SessionRecord, Reaction, LaneStep, NoteRecord, End}
    assert {(record.edge, record.direction) for record in capture.records if isinstance(record, Wire)} == {
        ("media", "in"),
        ("media", "out"),
        ("engine", "in"),
        ("engine", "out"),
        ("webhook", "in"),
        ("control", "in"),
        ("control", "out"),
    }


def test_all_that_the_session_saw_and_did_comes_back_as_values(capture: Capture) -> None:
    for record in capture.records:
        if isinstance(record, SessionRecord):
            revive({"type": "SessionSettings", "fields": record.settings})
        elif isinstance(record, Reaction):
            for raw in (record.event, *record.commands):
                assert raw is None or revive(raw) is not None
        elif isinstance(record, NoteRecord):
            revive({"type": record.type, "fields": record.fields})


def test_the_calls_story_is_in_it(capture: Capture) -> None:
    notes = Counter(record.type for record in capture.records if isinstance(record, NoteRecord))
    assert notes["CallBeganNoted"] == notes["CallEndedNoted"] == notes["ToolNoted"] == notes["BargeInNoted"] == 1
    assert notes["AgentTurnNoted"] == 3
    assert notes["CallerTurnNoted"] >= 1
