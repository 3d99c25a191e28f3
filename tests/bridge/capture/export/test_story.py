"""The transcript."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.call.commands import (
    AgentTurnNoted,
    BargeInNoted,
    CallBeganNoted,
    CallEndedNoted,
    CallerTurnNoted,
    KeyNoted,
    Note,
    PhaseNoted,
    ToolNoted,
    TransferNoted,
    Warned,
)
from voiceagent.capture.export.story import lines, story
from voiceagent.capture.records import Damage, Header, Mark, NoteRecord, Record
from voiceagent.capture.shapes import field_values
from voiceagent.discreet import PhoneNumber, Words

HEADER = Header("c1", "2026-11-22T05:00:00.000Z", "full", project={"agent": "orders"}, engine="embedded")


def noted(at_ms: float, note: Note) -> NoteRecord:
    return NoteRecord(at_ms, type(note).__name__, field_values(note))


CALL: Sequence[Record] = [
    noted(0, CallBeganNoted("orders", "embedded", "x", PhoneNumber("+14255550123"), PhoneNumber("+14255550199"), 1.0)),
    noted(1, PhaseNoted("answered")),
    noted(2500, BargeInNoted(2400, 90, 700)),
    noted(2600, AgentTurnNoted("i", Words("Hello."), 500, 2500, True, 700, None)),
    noted(4000, CallerTurnNoted("j", Words("My order?"), 2400, 3900)),
    noted(4100, ToolNoted("lookup", Words('{"id": 1}'), Words('"ok"'), "ok", 3)),
    noted(6000, AgentTurnNoted("k", Words("Shipped."), 4700, 6000, False, 1300, 640)),
    noted(6500, KeyNoted(Words("5"))),
    noted(7000, TransferNoted("support", "busy", 2100)),
    noted(7100, Warned("late", "a sentence")),
    NoteRecord(7200, "FutureNoted", {}),
    Mark(7300, "queue-full", "too slow"),
    Damage(7300, 99, "its checksum is wrong"),
    noted(8000, CallEndedNoted("completed", "caller_left", 1, 2, 0)),
]


def test_a_transcript_in_the_order_of_speech() -> None:
    assert list(lines(HEADER, CALL, stopped="it ends")) == [
        "Call c1 to orders, 2026-11-22T05:00:00.000Z, engine embedded",
        "",
        "    0.0 s  call      +14255550123 calls +14255550199",
        "    0.5 s  agent     Hello.  [interrupted after 0.7 s]",
        "    2.4 s            the caller interrupts; silence 90 ms later",
        "    2.4 s  caller    My order?",
        '    4.1 s  tool      lookup({"id": 1}) -> "ok"  [ok, 3 ms]',
        "    4.7 s  agent     Shipped.  (640 ms)",
        "    6.5 s  key       5",
        "    7.0 s  transfer  support: busy after 2.1 s",
        "    7.1 s  warning   late: a sentence",
        "    7.3 s  capture   queue-full: too slow",
        "    7.3 s  capture   damaged: its checksum is wrong",
        "    8.0 s  call      completed: caller_left",
        "",
        "Not complete: it ends",
    ]


def test_hidden_words_are_told() -> None:
    head = list(lines(Header("c1", "x", "redacted"), []))
    assert head[:2] == ["Call c1 to an agent, x", "Words and digits are hidden (capture.policy redacted)."]


def test_every_moment_says_who() -> None:
    assert {moment.who for moment in story(CALL)} == {
        *("call", "agent", "", "caller", "tool", "key", "transfer", "warning", "capture")
    }
