"""A report as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voiceagent_cli.summary import facts, transcript


def test_the_facts_in_the_order_one_asks(report: Any) -> None:
    report["ear"] = {"turns": [{"latency_ms": 700.4}], "barge_ins": [{"stop_ms": 33.3}]}
    assert facts(report) == [
        ("call", "transferred (the caller reached support) after 41.2 s"),
        ("tool", "lookup_order(order_id='4271') ok, 3 ms"),
        ("barge-in", "stopped 12 ms after the caller began, 300 ms heard"),
        ("transfer", "support: connected after 2.1 s"),
        ("latency", "answer 80 ms, first audio 400 ms, turn p50 620 ms, p95 700 ms, barge-in p95 12 ms"),
        ("at the ear", "answers after 700 ms; silent 33 ms after an interruption"),
        ("capture", "captures/call-1.jsonl.gz"),
    ]


def test_a_call_in_which_nothing_happened(report: Any) -> None:
    empty = report | {"tools": [], "barge_ins": [], "transfer": None, "latency_ms": {}, "capture": None}
    assert facts(empty) == [
        ("call", "transferred (the caller reached support) after 41.2 s"),
        ("latency", "nothing to measure"),
    ]


def test_a_capture_that_is_not_there_is_told(report: Any) -> None:
    sentence = "the capture was not written: captures/a: Permission denied; make it writable"
    warnings = [{"at_ms": 1, "code": "capture_not_written", "sentence": sentence}]
    assert facts(report | {"capture": None, "warnings": warnings})[-1] == (
        "capture",
        "not written: captures/a: Permission denied; make it writable",
    )


def test_the_transcript_marks_what_was_cut(report: Any) -> None:
    assert transcript(report) == ["   0.4 s  agent     Hello. [interrupted]", "   1.5 s  caller    My order?"]


def test_the_captures_path_leads_there_from_here(report: Any) -> None:
    assert facts(report, Path("my-agent"))[-1] == ("capture", "my-agent/captures/call-1.jsonl.gz")
