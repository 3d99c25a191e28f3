"""Many calls at once, finished and running."""

from __future__ import annotations

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, PhaseNoted
from voiceagent.discreet import PhoneNumber
from voiceagent.observe.fold import CallFold
from voiceagent.observe.report import ReportSink

BEGAN = CallBeganNoted("orders", "embedded", "corr", PhoneNumber(""), PhoneNumber(""), 0.0)
ENDED = CallEndedNoted("completed", "x", 0, 0, 0)


def test_a_finished_call_is_told_once_with_its_capture() -> None:
    told: list[CallFold] = []
    sink = ReportSink(ended=told.append, capture_of=lambda call_id: f"captures/{call_id}.jsonl.gz")
    for note in (BEGAN, ENDED, PhaseNoted("straggler"), ENDED):
        sink.note("c1", 1, note)
    assert [fold.report()["capture"] for fold in told] == ["captures/c1.jsonl.gz"]


def test_a_running_call_is_reported_only_when_asked_for() -> None:
    sink = ReportSink()
    sink.note("c1", 1, BEGAN)
    assert sink.report("c1") is None
    running = sink.report("c1", live=True)
    assert running is not None
    assert running["outcome"] is None


def test_a_call_is_found_by_its_correlation_id() -> None:
    sink = ReportSink()
    for note in (BEGAN, ENDED):
        sink.note("c1", 1, note)
    assert (sink.report("corr") or {})["call_id"] == "c1"
    assert sink.report("other") is None


def test_rows_tell_which_calls_go_on() -> None:
    sink = ReportSink()
    sink.note("c1", 1, ENDED)
    sink.note("c2", 1, BEGAN)
    assert [(row["call_id"], row["live"]) for row in sink.rows()] == [("c1", False), ("c2", True)]


def test_memory_is_bounded() -> None:
    sink = ReportSink()
    for number in range(300):
        sink.note(f"c{number}", 1, ENDED)
    assert len(sink.rows()) == 200
    for number in range(6000):
        sink.note(f"open{number}", 1, PhaseNoted("answered"))
    assert len(sink.rows()) == 5200
