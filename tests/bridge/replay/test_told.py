"""Two reports of one call: as its capture tells it, and as today's session would."""

from __future__ import annotations

from voiceagent.call.commands import BargeInNoted
from voiceagent.capture.records import NoteRecord
from voiceagent.capture.shapes import field_values
from voiceagent.replay.masked import Masked
from voiceagent.replay.told import Told

ENDED = {"outcome": "completed", "reason": "caller_left", "caller_in": 7, "agent_out": 8, "dropped": 0}


def test_notes_that_are_alike_make_reports_that_are_alike() -> None:
    told = Told("c", Masked("redacted"), capture="c.gz")
    note = BargeInNoted(100.0, 20.0, 30.0)
    told.made(110.0, note)
    told.recorded(NoteRecord(110.0, "BargeInNoted", field_values(note)))
    told.recorded(NoteRecord(200.0, "CallEndedNoted", ENDED))
    assert told.differences() == []
    report = told.report()
    assert (report["outcome"], report["frames"]["agent_out"], report["capture"]) == ("completed", 8, "c.gz")


def test_a_figure_that_changed_is_named() -> None:
    told = Told("c", Masked("full"), capture="c.gz")
    told.made(110.0, BargeInNoted(100.0, 25.0, 30.0))
    told.recorded(NoteRecord(110.0, "BargeInNoted", field_values(BargeInNoted(100.0, 20.0, 30.0))))
    assert "barge_ins[0].stop_ms: 20.0 → 25.0" in told.differences()


def test_a_note_of_a_later_version_is_counted_and_passed_over() -> None:
    told = Told("c", Masked("full"), capture="c.gz")
    told.recorded(NoteRecord(1.0, "CallerSneezed", {}))
    assert told.unknown == 1


def test_a_defect_is_the_runners_to_tell() -> None:
    told = Told("c", Masked("full"), capture="c.gz")
    told.recorded(NoteRecord(1.0, "Warned", {"code": "defect", "sentence": "KeyError in the bridge ended the call"}))
    assert told.differences() == []
