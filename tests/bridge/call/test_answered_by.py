"""A call of ours: who answered it, as the model reports, and what that means."""

from __future__ import annotations

from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.answered_by import answered_by_tools
from voiceagent.call.settings import OutboundPolicy
from voiceagent.discreet import Words
from voiceagent.testing.factories import opening, session_settings, tool_call
from voiceagent.testing.rehearsal import Rehearsal


def reported(who: str, *, message: str = "", outbound: bool = True) -> Rehearsal:
    policy = OutboundPolicy(message=message) if outbound else None
    call = Rehearsal(session_settings(outbound=policy, silence_after_ms=None))
    call.start()
    call.play(opening())
    call.play(tool_call("report_answered_by", f'{{"who": "{who}"}}', reply_id="r1", tool_call_id="t1", at_ms=1000))
    return call


def went_out(call: Rehearsal, *kinds: type[c.Command]) -> list[Any]:
    return [command for _, command in call.log if isinstance(command, kinds)]


def test_only_a_call_of_ours_has_the_tool() -> None:
    assert answered_by_tools(None) == ()
    assert [spec.name for spec in answered_by_tools(OutboundPolicy())] == ["report_answered_by"]
    assert went_out(reported("human", outbound=False), c.RunTool)


def test_a_human_is_talked_to() -> None:
    call = reported("human")
    assert went_out(call, c.AnsweredByNoted) == [c.AnsweredByNoted("human")]
    assert went_out(call, c.AskForReply, c.HangUp) == [c.AskForReply()]


def test_a_machine_without_a_message_is_hung_up_on() -> None:
    call = reported("voicemail")
    assert went_out(call, c.HangUp) == [c.HangUp("voicemail")]
    call.happens(1200, e.CallerLeft("gone"))
    assert went_out(call, c.CloseCall) == [c.CloseCall("completed", "voicemail")]


def test_a_machine_hears_the_message_word_for_word_and_then_the_call_ends() -> None:
    call = reported("voicemail", message="Please call back.")
    assert went_out(call, c.AskForReply, c.HangUp) == [c.AskForReply(exactly=Words("Please call back."))]
    call.happens(1300, e.ReplyStarted("m"))
    call.happens(1300, e.ReplyItemAdded("m", "i", "speech"))
    call.audio(1300, "m", "i", 1500)
    call.happens(1400, e.ReplyAudioEnded("m", "i"))
    call.happens(1400, e.ReplyEnded("m", "completed"))
    call.pass_until(4000)
    assert went_out(call, c.HangUp) == [c.HangUp("voicemail")]


def test_nonsense_is_answered_with_a_sentence_and_a_report_is_noted_once() -> None:
    call = reported("a dog")
    assert [one.output for one in went_out(call, c.GiveToolResult)] == ['{"error": "`who` must be human or voicemail"}']
    for number, at_ms in enumerate((3000, 4000)):
        events = tool_call(
            "report_answered_by", '{"who":"human"}', reply_id=f"x{number}", tool_call_id=f"y{number}", at_ms=at_ms
        )
        call.play(events)
    assert went_out(call, c.AnsweredByNoted) == [c.AnsweredByNoted("human")]


def test_a_call_that_is_not_answered_tells_why() -> None:
    call = Rehearsal(session_settings(outbound=OutboundPolicy()))
    call.start()
    call.happens(5000, e.NotReached("busy", 486, 8539, "The callee is busy."))
    assert went_out(call, c.CloseCall) == [c.CloseCall("failed", "busy")]
