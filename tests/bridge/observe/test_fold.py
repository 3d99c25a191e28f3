"""Notes in, the report out: exactly its shape, with everything there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.call.commands import (
    AgentChangedNoted,
    AgentSpeechBegan,
    AgentTurnNoted,
    BargeInNoted,
    BridgeShareNoted,
    CallBeganNoted,
    CallEndedNoted,
    CallerTurnNoted,
    KeyNoted,
    Note,
    PhaseNoted,
    PlaybackResumedNoted,
    RecordingNoted,
    ToolNoted,
    TransferNoted,
    UsageNoted,
    Warned,
)
from voiceagent.discreet import PhoneNumber, Words
from voiceagent.observe.cost import Prices
from voiceagent.observe.fold import CallFold

BEGAN = CallBeganNoted("orders", "embedded", "corr", PhoneNumber("+14255550123"), PhoneNumber("+14255550100"), 1_795_323_600.0)


def folded(*notes: tuple[float, Note], prices: Prices | None = None) -> CallFold:
    fold = CallFold("c1", prices)
    for at_ms, note in notes:
        fold.note(at_ms, note)
    return fold


def report(*notes: tuple[float, Note], prices: Prices | None = None) -> dict[str, Any]:
    return folded(*notes, prices=prices).report()


def test_a_call_of_which_nothing_is_known_has_every_key() -> None:
    assert report() == {
        "call_id": "c1",
        "correlation_id": None,
        "engine": None,
        "outcome": None,
        "end_reason": None,
        "started_at": None,
        "duration_ms": 0.0,
        "turns": [],
        "tools": [],
        "barge_ins": [],
        "transfer": None,
        "answered_by": None,
        "latency_ms": {"answer": None, "first_audio": None, "turn_p50": None, "turn_p95": None, "barge_in_stop_p95": None},
        "frames": {"caller_in": 0, "agent_out": 0, "dropped": 0},
        "cost": {"currency": "USD", "estimate": 0.0},
        "recording": None,
        "capture": None,
        "bridge_ms": {"p50": None, "p95": None, "barge_in": {"p50": None, "p95": None}},
        "usage": {},
        "warnings": [],
    }


def test_a_whole_call() -> None:
    found = report(
        (0, BEGAN),
        (100, PhaseNoted("answered")),
        (400, PhaseNoted("first_audio")),
        (400, AgentSpeechBegan("i1", None)),
        (450, BridgeShareNoted("first_audio", 0.5)),
        (2000, AgentTurnNoted("i1", Words("Hello."), 400, 2000, False, 1600, None)),
        (5000, ToolNoted("lookup_order", Words('{"order_id":"4271"}'), Words('{"status":"on its way"}'), "ok", 12.34567)),
        (5200, AgentSpeechBegan("i2", 700)),
        (5300, CallerTurnNoted("u1", Words("Where is it?"), 3000, 4500)),
        (6000, BargeInNoted(5900, 40, 700)),
        (6000, BridgeShareNoted("barge_in", 0.2)),
        (6000, AgentTurnNoted("i2", Words("Your order"), 5200, 5900, True, 700, 700)),
        (6100, UsageNoted({"input": 10})),
        (6200, UsageNoted({"input": 5, "output": 1})),
        (6300, Warned("slow", "The engine is slow.")),
        (9000, TransferNoted("support", "busy", 1500)),
        (9999, CallEndedNoted("completed", "caller left", 400, 120, 1)),
    )
    assert found["started_at"] == "2026-11-22T05:00:00.000Z"
    assert (found["outcome"], found["end_reason"], found["duration_ms"]) == ("completed", "caller left", 9999)
    assert found["turns"] == [
        {
            "role": "agent",
            "agent": "orders",
            "text": "Hello.",
            "start_ms": 400,
            "end_ms": 2000,
            "interrupted": False,
            "heard_ms": 1600,
            "latency_ms": None,
        },
        {
            "role": "caller",
            "agent": None,
            "text": "Where is it?",
            "start_ms": 3000,
            "end_ms": 4500,
            "interrupted": False,
            "heard_ms": None,
            "latency_ms": None,
        },
        {
            "role": "agent",
            "agent": "orders",
            "text": "Your order",
            "start_ms": 5200,
            "end_ms": 5900,
            "interrupted": True,
            "heard_ms": 700,
            "latency_ms": 700,
        },
    ]
    assert found["tools"] == [
        {
            "name": "lookup_order",
            "arguments": {"order_id": "4271"},
            "result": {"status": "on its way"},
            "outcome": "ok",
            "duration_ms": 12.346,
        },
    ]
    assert found["barge_ins"] == [{"at_ms": 5900, "stop_ms": 40, "truncated_at_ms": 700}]
    assert found["transfer"] == {"target": "support", "outcome": "busy", "duration_ms": 1500, "mode": "join", "code": None}
    assert found["latency_ms"] == {"answer": 100, "first_audio": 300, "turn_p50": 700, "turn_p95": 700, "barge_in_stop_p95": 40}
    assert found["frames"] == {"caller_in": 400, "agent_out": 120, "dropped": 1}
    assert found["bridge_ms"] == {"p50": 0.5, "p95": 0.5, "barge_in": {"p50": 0.2, "p95": 0.2}}
    assert found["usage"] == {"input": 15, "output": 1}
    assert found["warnings"] == [{"at_ms": 6300, "code": "slow", "sentence": "The engine is slow."}]
    assert "Where is it?" in json.dumps(found)


def test_prices_make_the_estimate() -> None:
    prices = Prices({"input": 1_000_000.0}, per_minute=1.0)
    assert report((30_000, UsageNoted({"input": 2})), prices=prices)["cost"]["estimate"] == 2.5


def test_first_audio_counts_from_the_answer_and_falls_back_on_the_first_speech() -> None:
    assert report((250, AgentSpeechBegan("i", None)))["latency_ms"]["first_audio"] == 250
    assert report((100, PhaseNoted("answered")), (250, AgentSpeechBegan("i", None)))["latency_ms"]["first_audio"] == 150


def test_arguments_that_are_no_json_are_kept_as_text() -> None:
    tools = report((0, ToolNoted("a", Words("{broken"), Words(""), "error", 0)))["tools"]
    assert (tools[0]["arguments"], tools[0]["result"]) == ("{broken", None)


@pytest.mark.parametrize("levels", [101, 700, 2000, 100_000])
def test_arguments_nested_beyond_reason_are_kept_as_text(levels: int) -> None:
    text = '{"order_id":' + "[" * levels + "]" * levels + "}"
    report = folded((1, ToolNoted("look", Words(text), Words("{}"), "ok", 1.0))).report()
    assert report["tools"][0]["arguments"] == text


def test_the_row_hides_the_numbers() -> None:
    row = folded((0, BEGAN), (5, PhaseNoted("answered")), (9, CallEndedNoted("completed", "x", 0, 0, 0))).row()
    assert row == {
        "call_id": "c1",
        "started_at": "2026-11-22T05:00:00.000Z",
        "duration_ms": 9,
        "outcome": "completed",
        "end_reason": "x",
        "capture": None,
        "agent": "orders",
        "from": "…23",
        "to": "…00",
        "phase": "answered",
    }


def test_a_note_that_says_nothing_about_the_report_only_moves_its_time() -> None:
    fold = folded((7, KeyNoted(Words("5"))))
    assert (fold.report()["duration_ms"], fold.ended) == (7, False)


def test_a_recording_is_told_by_its_id_and_its_last_state() -> None:
    assert report((10, RecordingNoted("rec", "active")))["recording"] == {"id": "rec", "state": "active"}
    found = report((10, RecordingNoted("rec", "active")), (90, RecordingNoted("rec", "inactive")))
    assert found["recording"] == {"id": "rec", "state": "inactive"}


def spoken(item_id: str, start: float) -> AgentTurnNoted:
    return AgentTurnNoted(item_id, Words("Hello."), start, start + 500, False, 500, None)


def test_each_turn_names_the_agent_that_spoke_it_though_another_answers_when_it_was_heard() -> None:
    turns = report(
        (0, BEGAN),
        (100, AgentSpeechBegan("i1", None)),
        (200, AgentChangedNoted("billing")),
        (600, spoken("i1", 100)),
        (700, AgentSpeechBegan("i2", None)),
        (1200, spoken("i2", 700)),
    )["turns"]
    assert [turn["agent"] for turn in turns] == ["orders", "billing"]


def test_an_interruption_that_was_none_is_told_as_one() -> None:
    found = report(
        (0, BEGAN),
        (10, PlaybackResumedNoted(5)),
        (1000, BargeInNoted(900, 100, 700)),
        (2000, BargeInNoted(1900, 100, 700)),
        (4000, PlaybackResumedNoted(2000)),
    )
    first, second = ({"at_ms": at, "stop_ms": 100, "truncated_at_ms": 700} for at in (900, 1900))
    assert found["barge_ins"] == [first, second | {"resumed": True}]
