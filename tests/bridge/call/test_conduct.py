from __future__ import annotations

from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.conduct import Conduct
from voiceagent.call.playback import Playback
from voiceagent.call.replies import STUCK_MS
from voiceagent.call.turns import PENDING_MS
from voiceagent.discreet import Words
from voiceagent.testing.factories import session_settings


def conduct(**changes: Any) -> Conduct:
    """A call with audio and engine, at 0; nothing has gone out yet."""
    call = Conduct(session_settings(**({"silence_after_ms": None} | changes)), Playback())
    call.life.start(0)
    call.answered(0)
    call.engine_ready()
    call.life.media_opened()
    call.out = []
    return call


def settled(call: Conduct, now: float) -> list[c.Command]:
    call.out = []
    call.settle(now)
    return call.out


def test_a_phase_is_noted_once() -> None:
    call = conduct()
    call.phase("transferring")
    call.phase("transferring")
    assert call.out == [c.PhaseNoted("transferring")]


def test_the_earliest_bound_is_the_deadline() -> None:
    call = conduct(max_call_ms=60_000)
    assert call.deadline() == 60_000
    call.turns.stopped("u", 0, 1000)
    assert call.deadline() == 1000 + PENDING_MS
    call.key_pressed("1", 2000)
    assert call.deadline() == 4000


def test_a_reply_that_is_stuck_is_cancelled_and_the_call_goes_on() -> None:
    call = conduct()
    call.reply_started("r", 0)
    call.replies.want(c.AskForReply())
    warned, cancel, drop, ask = settled(call, STUCK_MS)
    assert isinstance(warned, c.Warned)
    assert [cancel, drop, ask] == [c.CancelReply("r"), c.DropAudioOf("r"), c.AskForReply()]
    call.speech.audio_began("r", "late")
    assert not call.speech.busy


def test_keys_typed_while_the_agent_replies_are_answered_after_it() -> None:
    call = conduct()
    call.reply_started("r", 0)
    call.key_pressed("7", 0)
    assert settled(call, 2000) == [c.AddUserText(Words("The caller pressed 7 on the keypad."))]
    call.reply_ended(e.ReplyEnded("r", "completed"))
    assert settled(call, 2100) == [c.AskForReply()]


def test_a_tool_call_that_comes_after_the_end_of_its_reply_is_still_answered() -> None:
    call = conduct()
    call.reply_started("r", 0)
    call.reply_ended(e.ReplyEnded("r", "completed"))
    call.tool_called(e.ToolCalled("r", "x", "t", "lookup_order", "{}"), 10)
    assert settled(call, 10) == []
    call.do(*call.tools.answer("t", "ok", "{}", 1.0, 20))
    assert settled(call, 20) == [c.AskForReply()]


def test_a_reply_that_supersedes_another_ends_it() -> None:
    call = conduct()
    call.reply_started("r1", 0)
    call.tool_called(e.ToolCalled("r1", "x", "t", "lookup_order", "{}"), 10)
    call.reply_started("r2", 20)
    call.do(*call.tools.answer("t", "ok", "{}", 1.0, 30))
    call.reply_ended(e.ReplyEnded("r2", "completed"))
    assert settled(call, 40) == [c.AskForReply()]


def test_a_transfer_without_targets_is_an_unknown_tool_of_the_users() -> None:
    call = conduct(targets={})
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", "{}"), 0)
    assert call.out == [c.RunTool("t", "request_transfer", "{}", 8000)]


def test_the_same_call_of_ours_told_twice_happens_once() -> None:
    call = conduct()
    call.reply_started("r", 0)
    for name, tool_call_id in (("end_call", "t1"), ("request_transfer", "t2")):
        called = e.ToolCalled("r", "x", tool_call_id, name, '{"target":"sales"}')
        call.tool_called(called, 0)
        call.out = []
        call.tool_called(called, 0)
        assert call.out == []


def test_nothing_is_given_to_an_engine_that_is_lost() -> None:
    call = conduct()
    call.reply_started("r", 0)
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", '{"target":"sales"}'), 0)
    call.reply_ended(e.ReplyEnded("r", "completed"))
    settled(call, 0)
    call.engine_lost("1006", 10)
    call.out = []
    call.end_requested(e.EndRequested("shutdown"), 20)
    assert call.out[-1] == c.HangUp("shutdown")


def test_an_outcome_of_another_target_is_not_believed() -> None:
    call = conduct()
    call.transfer_ended(e.TransferEnded("nurse", "connected"), 0)
    call.reply_started("r", 0)
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", '{"target":"sales"}'), 0)
    call.out = []
    call.transfer_ended(e.TransferEnded("nurse", "connected"), 0)
    assert call.out == []
