from __future__ import annotations

from voiceagent.call.commands import CallerTurnNoted, GiveToolResult, RunTool
from voiceagent.call.events import ToolReturned
from voiceagent.discreet import Words
from voiceagent.testing.factories import caller_says, engine_setup, opening, session_settings, tool_call
from voiceagent.testing.rehearsal import Rehearsal


def call() -> Rehearsal:
    call = Rehearsal(session_settings())
    call.start()
    call.play(opening())
    return call


def test_changes_are_made_and_the_rest_is_sensible() -> None:
    assert engine_setup(sample_rate=16_000).sample_rate == 16_000
    assert session_settings(goodbye="Bye.").goodbye == "Bye."


def test_a_callers_turn_is_understood_where_it_was_placed() -> None:
    out = call().play(caller_says("Hi.", item_id="u", start_ms=1000, end_ms=2000))
    assert out == [(2500, CallerTurnNoted("u", Words("Hi."), 1000, 2000))]


def test_a_tool_call_is_a_reply_of_its_own() -> None:
    rehearsal = call()
    out = rehearsal.play(tool_call("lookup_order", "{}", reply_id="r", tool_call_id="t", at_ms=100))
    assert out == [(100, RunTool("t", "lookup_order", "{}", 8000))]
    assert GiveToolResult("t", "{}") in rehearsal.happens(200, ToolReturned("t", "ok", "{}", 50))
