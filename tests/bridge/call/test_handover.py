"""Handing a caller over, as a conversation: what happens, and exactly what the call does about it."""

from __future__ import annotations

import json
from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.settings import HandoverPolicy, TargetPolicy
from voiceagent.call.transfer import HELLO_MS
from voiceagent.discreet import Words
from voiceagent.testing.factories import begun, caller_says, opening, session_settings, tool_call
from voiceagent.testing.rehearsal import Rehearsal

ASKED = json.dumps({"target": "sales", "reason": "a price", "summary": "Wants a price."})
BRIEFING = "I have a caller for you. Wants a price."
QUESTION = f"{BRIEFING} Do you take the call? Say yes or press 1. Say no or press 2."


def rehearse(mode: c.TransferMode = "join", *, stay_ms: float = 3000, **policy: Any) -> Rehearsal:
    """A call in which the model wants a transfer to sales, whose phone rings since 100 ms."""
    targets = {"sales": TargetPolicy(mode=mode, ring_seconds=20, **policy), "bob": TargetPolicy(ring_seconds=10)}
    settings = session_settings(targets=targets, handover=HandoverPolicy(stay_ms=stay_ms), silence_after_ms=None)
    call = Rehearsal(settings)
    call.start()
    call.play(opening())
    call.play(tool_call("request_transfer", ASKED, reply_id="r1", tool_call_id="t1", at_ms=100))
    call.happens(150, e.TransferRinging("sales"))
    return call


def since(call: Rehearsal, at_ms: float, *kinds: type[c.Command]) -> list[c.Command]:
    """What went out from then on, of these kinds."""
    return [command for when, command in call.log if when >= at_ms and isinstance(command, kinds)]


def answered(call: Rehearsal, at_ms: float = 1000) -> None:
    call.happens(at_ms, e.TransferEnded("sales", "connected"))
    call.happens(at_ms, e.ParticipantsChanged(2))


def said(call: Rehearsal, text: str, at_ms: float, ms: float = 2000, reply: str = "b1") -> None:
    """The engine says what it was asked to, and it is heard."""
    call.happens(at_ms, e.ReplyStarted(reply))
    call.happens(at_ms, e.ReplyItemAdded(reply, f"i-{reply}", "speech"))
    call.audio(at_ms, reply, f"i-{reply}", ms)
    call.happens(at_ms, e.ReplyWordsEnded(reply, f"i-{reply}", Words(text)))
    call.happens(at_ms, e.ReplyAudioEnded(reply, f"i-{reply}"))
    call.happens(at_ms, e.ReplyEnded(reply, "completed"))
    call.pass_until(at_ms + ms + 100)


def transfers(call: Rehearsal) -> list[tuple[str, str, str]]:
    return [(one.target, one.outcome, one.code) for _, one in call.log if isinstance(one, c.TransferNoted)]


def told(call: Rehearsal) -> list[str]:
    """What the model learnt about the transfer."""
    results = [one for _, one in call.log if isinstance(one, c.GiveToolResult) and one.tool_call_id == "t1"]
    return [json.loads(one.output)["message"] for one in results]


def consulted() -> Rehearsal:
    """The human was asked whether they take the call, and thinks about it from 4.6 s on."""
    call = rehearse("consult")
    answered(call)
    call.pass_until(1000 + HELLO_MS)
    said(call, QUESTION, 3000, 1500)
    return call


def test_an_outcome_of_another_target_is_not_believed() -> None:
    call = begun()
    call.handover.ended(e.TransferEnded("nurse", "connected"), 0)
    call.reply_started("r", 0)
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", '{"target":"sales"}'), 0)
    call.parts.take()
    call.handover.ended(e.TransferEnded("nurse", "connected"), 0)
    assert call.parts.take() == []


def test_the_caller_hears_music_while_the_human_is_told_and_then_they_talk() -> None:
    call = rehearse("warm")
    held = since(call, 100, c.ControlCommand, c.LegCommand)
    ringing = c.TransferCaller("sales", Words("a price"), 20, "warm", Words("Wants a price."))
    assert held == [c.HoldCaller(), ringing, c.StopListening()]
    answered(call)
    call.pass_until(1000 + HELLO_MS)
    assert since(call, 1000, c.AskForReply) == [c.AskForReply(exactly=Words(BRIEFING))]
    said(call, BRIEFING, 3000)
    assert since(call, 3001, c.ControlCommand, c.LegCommand) == [c.ResumeCaller(), c.ListenAgain(), c.MuteAgent()]
    call.pass_until(9000)
    assert since(call, 6000, c.ControlCommand) == [c.LeaveCall()]
    assert transfers(call) == [("sales", "connected", "")]


def test_a_human_takes_the_call_by_a_key() -> None:
    call = consulted()
    call.happens(5000, e.KeyPressed("1"))
    assert since(call, 5000, c.ControlCommand, c.LegCommand)[:1] == [c.ResumeCaller()]
    assert transfers(call) == [("sales", "connected", "")]


def test_a_human_who_declines_after_the_briefing_is_sent_away_and_the_model_told_why() -> None:
    call = consulted()
    call.happens(5000, e.KeyPressed("2"))
    assert since(call, 5000, c.ControlCommand) == [c.DismissHuman("sales"), c.ResumeCaller()]
    assert transfers(call) == [("sales", "declined", "")]
    assert told(call) == ["the human was told what it is about and does not take the call; the caller is with you again"]
    assert since(call, 5000, c.AskForReply) == [c.AskForReply()]


def test_what_the_human_says_decides_and_the_engine_need_not_answer_it() -> None:
    for words, outcome in (("Yes, of course.", "connected"), ("No, not now.", "declined")):
        call = consulted()
        call.play(caller_says(words, item_id="u1", start_ms=5000, end_ms=5600))
        assert transfers(call) == [("sales", outcome, "")]


def test_words_that_are_no_answer_are_left_to_the_model() -> None:
    call = consulted()
    call.play(caller_says("Who is it?", item_id="u1", start_ms=5000, end_ms=5600))
    assert transfers(call) == []
    call.play(tool_call("human_decided", '{"accepted": false}', reply_id="r7", tool_call_id="t7", at_ms=7000))
    assert transfers(call) == [("sales", "declined", "")]


def test_the_model_cannot_decide_for_a_human_who_was_not_asked() -> None:
    call = rehearse("consult")
    call.play(tool_call("human_decided", '{"accepted": true}', reply_id="r7", tool_call_id="t7", at_ms=700))
    assert c.GiveToolResult("t7", '{"error": "no human is being asked now"}') in since(call, 700, c.GiveToolResult)


def test_a_human_who_cannot_decide_is_not_waited_for_for_ever() -> None:
    call = consulted()
    call.pass_until(25_000)
    assert transfers(call) == [("sales", "no_answer", "")]
    assert c.ResumeCaller() in since(call, 15_000, c.ResumeCaller)


def test_a_human_who_hangs_up_soon_after_leaves_the_caller_to_the_agent() -> None:
    call = rehearse("join")
    answered(call)
    assert since(call, 1000, c.LegCommand) == [c.MuteAgent()]
    call.happens(2500, e.ParticipantsChanged(1))
    assert since(call, 2500, c.LegCommand, c.EngineCommand) == [
        c.UnmuteAgent(),
        c.GiveToolResult("t1", '{"outcome": "failed", "message": "the human hung up again; the caller is with you again"}'),
        c.AskForReply(),
    ]
    assert transfers(call)[-1] == ("sales", "failed", "human_left")


def test_a_human_who_hangs_up_in_private_leaves_the_caller_to_the_agent() -> None:
    call = consulted()
    call.happens(5000, e.ParticipantsChanged(1))
    assert since(call, 5000, c.ControlCommand) == [c.ResumeCaller()]
    assert told(call) == ["the human hung up again; the caller is with you again"]


def test_a_caller_who_hangs_up_does_not_leave_the_human_with_a_machine() -> None:
    call = consulted()
    call.happens(5000, e.ParticipantsChanged(1, caller_here=False))
    assert since(call, 5000, c.ControlCommand) == [c.HangUp("caller_left")]
    assert transfers(call) == [("sales", "cancelled", "")]


def test_a_caller_who_cannot_be_held_is_not_talked_about() -> None:
    call = rehearse("warm")
    call.happens(200, e.ControlFailed("hold_caller", 400, "8523", "not here"))
    assert since(call, 200, c.ControlCommand, c.LegCommand) == [c.ListenAgain()]
    answered(call)
    assert since(call, 1000, c.AskForReply) == []
    assert since(call, 1000, c.LegCommand) == [c.MuteAgent()]
    assert transfers(call) == [("sales", "connected", "")]


def test_a_call_that_is_gone_is_no_failure_of_the_target() -> None:
    call = rehearse("warm")
    call.happens(200, e.ControlFailed("transfer_caller", 404, "8522", "no such call"))
    call.happens(250, e.CallerLeft("hung up"))
    assert transfers(call) == [("sales", "cancelled", "")]


def test_an_engine_that_is_lost_in_private_hands_the_caller_over_at_once() -> None:
    call = consulted()
    call.happens(5000, e.EngineLost("1006"))
    assert since(call, 5000, c.ControlCommand) == [c.ResumeCaller(), c.LeaveCall()]
    assert transfers(call) == [("sales", "connected", "")]


def test_a_media_socket_that_drops_while_it_rings_waits_for_the_human() -> None:
    call = rehearse("join")
    call.happens(500, e.MediaClosed("1006"))
    call.pass_until(15_000)
    assert since(call, 500, c.ControlCommand) == []
    call.happens(15_500, e.TransferEnded("sales", "connected"))
    assert since(call, 500, c.ControlCommand) == [c.LeaveCall()]


def test_a_media_socket_that_drops_in_private_hands_the_caller_over() -> None:
    call = consulted()
    call.happens(5000, e.MediaClosed("1006"))
    assert since(call, 5000, c.ControlCommand) == [c.ResumeCaller(), c.LeaveCall()]


def test_a_bridge_that_must_stop_while_it_rings_leaves_as_soon_as_the_human_is_there() -> None:
    call = rehearse("warm")
    call.happens(500, e.EndRequested("shutdown"))
    answered(call)
    assert since(call, 500, c.ControlCommand) == [c.ResumeCaller(), c.LeaveCall()]
    assert transfers(call) == [("sales", "connected", "")]


def test_a_bridge_that_must_stop_at_once_connects_those_who_are_there() -> None:
    call = consulted()
    call.happens(5000, e.EndRequested("shutdown", at_once=True))
    assert since(call, 5000, c.ControlCommand) == [c.LeaveCall()]  # call control takes the caller off hold first
    assert transfers(call) == [("sales", "connected", "")]


def test_a_caller_who_was_moved_is_not_hung_up_on() -> None:
    call = rehearse("cold")
    call.happens(1000, e.TransferEnded("sales", "connected"))
    assert since(call, 1000, c.ControlCommand) == []
    call.happens(1200, e.CallerLeft("disconnected"))
    assert since(call, 1200, c.CloseCall) == [c.CloseCall("transferred", "transferred")]


def test_a_queue_is_called_in_order_and_the_last_outcome_is_told() -> None:
    targets = {
        "desk": TargetPolicy(members=("ann", "bob")),
        "ann": TargetPolicy(ring_seconds=10),
        "bob": TargetPolicy(ring_seconds=10),
    }
    call = Rehearsal(session_settings(targets=targets, silence_after_ms=None))
    call.start()
    call.play(opening())
    wanted = '{"target": "desk", "reason": "a price"}'
    call.play(tool_call("request_transfer", wanted, reply_id="r1", tool_call_id="t1", at_ms=100))
    call.happens(1000, e.TransferEnded("ann", "busy"))
    call.happens(5000, e.TransferEnded("bob", "declined"))
    assert [one.target for one in since(call, 0, c.TransferCaller) if isinstance(one, c.TransferCaller)] == ["ann", "bob"]
    assert transfers(call) == [("ann", "busy", ""), ("bob", "declined", "")]
    assert told(call) == ["the call was declined"]


def test_a_human_who_is_to_be_asked_is_asked_even_where_nobody_can_be_put_on_hold() -> None:
    call = rehearse("consult")
    call.happens(200, e.ControlFailed("hold_caller", 400, "8523", "not here"))
    answered(call)
    assert since(call, 1000, c.LegCommand) == [c.StopListening()]  # a late "Hello?" shall not interrupt the question
    call.pass_until(1000 + HELLO_MS)
    question = "Do you take the call? Say yes or press 1. Say no or press 2."
    assert since(call, 1001, c.AskForReply) == [c.AskForReply(exactly=Words(question))]  # the caller hears it too
    said(call, question, 3000, 1500)
    assert since(call, 3000, c.LegCommand) == [c.ListenAgain()]
    call.play(caller_says("No, not now.", item_id="u1", start_ms=5000, end_ms=5600))
    assert transfers(call) == [("sales", "declined", "")]
    assert since(call, 5000, c.ControlCommand) == [c.DismissHuman("sales")]


def lost(**settings: Any) -> Rehearsal:
    """A call whose engine is gone from 1 s on, and cannot be had again."""
    targets = {"sales": TargetPolicy(mode="consult", ring_seconds=20), "bob": TargetPolicy(ring_seconds=10)}
    chosen = {"targets": targets, "handover": HandoverPolicy(stay_ms=3000), "silence_after_ms": None, "lost_target": "sales"}
    call = Rehearsal(session_settings(**chosen | settings))
    call.start()
    call.play(opening())
    call.happens(1000, e.EngineLost("1006"))
    return call


def test_a_caller_whose_engine_cannot_be_had_again_gets_a_human_untold() -> None:
    call = lost()
    assert since(call, 1000, c.TransferCaller, c.HangUp) == [
        c.TransferCaller("sales", Words("the agent is out of order"), 20, "consult", Words(""))
    ]
    call.happens(4000, e.TransferEnded("sales", "connected"))
    assert since(call, 4000, c.ControlCommand) == [c.ResumeCaller(), c.LeaveCall()]
    assert transfers(call) == [("sales", "connected", "")]


def test_the_human_is_called_when_the_search_was_in_vain_and_not_later() -> None:
    call = lost(reconnect_ms=10_000)
    call.happens(1100, e.SpareFailed("503"))
    call.pass_until(10_900)
    assert since(call, 1000, c.TransferCaller) == []
    call.pass_until(11_000)
    assert len(since(call, 1000, c.TransferCaller)) == 1


def test_when_the_human_cannot_be_reached_either_the_call_ends() -> None:
    call = lost()
    call.happens(4000, e.TransferEnded("sales", "busy"))
    assert since(call, 4000, c.ControlCommand) == [c.ResumeCaller(), c.HangUp("engine_lost")]


def test_with_a_voice_of_its_own_the_bridge_says_what_it_does() -> None:
    call = lost(own_voice=True, reconnect_ms=0)
    spoken = since(call, 1000, c.SpeakAloud)
    assert [one.text for one in spoken if isinstance(one, c.SpeakAloud)] == [
        Words("I am sorry, there is a problem on our side. I will connect you to a person.")
    ]
    call.audio(1100, "own-1", "own-1", 4000)
    call.happens(1100, e.ReplyAudioEnded("own-1", "own-1"))
    call.pass_until(5000)
    assert since(call, 1000, c.TransferCaller) == []  # not before it was heard
    call.pass_until(6000)
    assert len(since(call, 1000, c.TransferCaller)) == 1
    call.happens(7000, e.TransferEnded("sales", "no_answer"))
    assert [one.text.shown[:27] for one in since(call, 7000, c.SpeakAloud) if isinstance(one, c.SpeakAloud)] == [
        "I am sorry, there is a prob"
    ]
    assert since(call, 7000, c.HangUp) == []  # the goodbye is heard first


def test_without_anybody_to_call_a_lost_engine_ends_the_call() -> None:
    assert since(lost(lost_target=""), 1000, c.ControlCommand) == [c.HangUp("engine_lost")]


def test_a_service_that_does_not_mute_us_is_told_of_and_changes_nothing() -> None:
    call = rehearse("join", stay_ms=0, agent="listens")
    answered(call)
    assert since(call, 1000, c.LegCommand, c.ControlCommand) == [c.MuteAgent(), c.MuteOurselves()]
    call.happens(1200, e.ControlFailed("mute_ourselves", 400, "8523", "not an ACS user"))
    (warned,) = since(call, 1200, c.Warned)
    assert isinstance(warned, c.Warned)
    assert warned.code == "mute_refused"
    assert since(call, 1200, c.LegCommand, c.ControlCommand) == []
