"""Whole stretches of calls, every command of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import KeyAction, KeyPolicy
from voiceagent.call.session import Session
from voiceagent.discreet import Words
from voiceagent.errors import LocalProtocolError
from voiceagent.testing.factories import (
    Happening,
    agent_replies,
    caller_says,
    engine_setup,
    opening,
    session_settings,
    tool_call,
)
from voiceagent.testing.playbook import ANY, At, Playbook
from voiceagent.testing.rehearsal import Rehearsal

OPENED = [c.PhaseNoted("answered"), c.PhaseNoted("engine_ready"), c.PhaseNoted("media_open")]
DEAF = {"interrupt_response": False}
BYE = c.AskForReply(exactly=Words("Bye."))


def open_call(**changes: Any) -> Playbook:
    """A call that is answered, with audio and an engine, at 0; nobody has spoken."""
    book = Playbook(session_settings(**({"goodbye": "Bye."} | changes))).start(ANY)
    expected = iter([[OPENED[0]], [OPENED[1]], [OPENED[2]], [], []])
    for at_ms, event in opening():
        book.at(at_ms, event, *next(expected))
    return book


def feed(book: Playbook, happenings: list[Happening], *expected_last: c.Command) -> Playbook:
    """All these arrive; only after the last something goes out."""
    for at_ms, event in happenings[:-1]:
        book.at(at_ms, event)
    return book.at(*happenings[-1], *expected_last)


def says(
    book: Playbook, at_ms: float, ms: float, text: str, *, reply: str = "r1", item: str = "i1", done: bool = True
) -> Playbook:
    """The engine replies with one spoken item; the caller begins to hear it at the next tick."""
    book.at(at_ms, e.ReplyStarted(reply))
    book.at(at_ms, e.ReplyItemAdded(reply, item, "speech"))
    book.at(at_ms, e.ReplyWordsArrived(reply, item, Words(text)))
    book.audio(at_ms, reply, item, ms)
    if done:
        book.at(at_ms, e.ReplyAudioEnded(reply, item))
        book.at(at_ms, e.ReplyEnded(reply, "completed"))
    return book


def turn(text: str, start: float, end: float, *, item: str = "i1", latency: float | None = None) -> c.AgentTurnNoted:
    return c.AgentTurnNoted(item, Words(text), start, end, False, end - start, latency)


FIRST = c.PhaseNoted("first_audio")


# --- the beginning

HELLO = c.AskForReply(exactly=Words("Hello."))


@pytest.mark.parametrize(
    "order",
    [
        [e.EngineReady("s"), e.CallAnswered(), e.MediaOpened(24_000), e.CallConnected()],
        [e.CallAnswered(), e.EngineReady("s"), e.CallConnected(), e.MediaOpened(24_000)],
        [e.CallAnswered(), e.MediaOpened(24_000), e.CallConnected(), e.EngineReady("s")],
        [e.MediaOpened(24_000), e.CallAnswered(), e.EngineReady("s"), e.CallConnected()],
        [e.CallConnected(), e.EngineReady("s"), e.MediaOpened(24_000), e.CallAnswered()],
    ],
)
def test_the_greeting_is_asked_once_as_soon_as_call_and_engine_are_there(order: list[e.Event]) -> None:
    session = Session(session_settings(greeting="Hello."))
    session.start(0)
    out = [session.handle(event, now) for now, event in enumerate(order)]
    ready = max(order.index(e.EngineReady("s")), min(i for i, event in enumerate(order) if event != e.EngineReady("s")))
    assert [commands.count(HELLO) for commands in out] == [int(i == ready) for i in range(4)]


def test_the_model_may_find_its_own_greeting() -> None:
    session = Session(session_settings(greeting="Greet the caller.", greeting_by="model"))
    session.start(0)
    session.handle(e.CallAnswered(), 0)
    expected = [c.PhaseNoted("engine_ready"), c.AskForReply(instructions="Greet the caller.")]
    assert session.handle(e.EngineReady("s"), 1) == expected


def test_the_engine_is_told_of_our_tools_beside_the_users() -> None:
    (configure,) = Session(session_settings()).start(0)
    assert isinstance(configure, c.ConfigureEngine)
    assert [spec.name for spec in configure.setup.tools] == ["lookup_order", "request_transfer", "end_call"]


def test_a_users_tool_cannot_take_the_place_of_ours() -> None:
    mine = c.ToolSpec("end_call", "Mine.", {})
    (configure,) = Session(session_settings(setup=engine_setup(tools=(mine,)), targets={})).start(0)
    assert isinstance(configure, c.ConfigureEngine)
    assert [spec.name for spec in configure.setup.tools] == ["end_call"]
    assert configure.setup.tools[0] is not mine


def test_recording_starts_once_when_the_call_is_established() -> None:
    book = Playbook(session_settings(record=True)).start(ANY)
    book.at(0, e.MediaOpened(24_000), c.PhaseNoted("answered"), c.PhaseNoted("media_open"))
    book.at(10, e.CallConnected(), c.StartRecording())
    book.at(20, e.CallConnected())
    book.at(30, e.RecordingChanged("rec", active=True), c.RecordingNoted("rec", "active")).run()


def test_a_recording_that_ends_while_we_leave_is_noted() -> None:
    book = open_call()
    book.at(1000, e.EndRequested("shutdown", at_once=True), c.PhaseNoted("ending"), c.HangUp("shutdown"))
    book.at(1010, e.RecordingChanged("rec", active=False), c.RecordingNoted("rec", "inactive")).run()


def test_a_turn_is_placed_right_though_the_first_audio_was_lost() -> None:
    book = open_call()
    book.at(900, e.CallerAudioLost(600))
    book.at(2000, e.CallerSpeechStarted("u1", 300))
    book.at(4000, e.CallerSpeechStopped("u1", 2500))
    noted = c.CallerTurnNoted("u1", Words("Hello?"), 900, 2600)
    book.at(4100, e.CallerTranscribed("u1", Words("Hello?")), noted).run()


def test_misuse_is_told() -> None:
    session = Session(session_settings())
    with pytest.raises(LocalProtocolError):
        session.handle(e.CallAnswered(), 0)
    session.start(0)
    with pytest.raises(LocalProtocolError):
        session.start(0)

    class Unheard(e.Event):
        pass

    with pytest.raises(LocalProtocolError, match="Unheard"):
        session.handle(Unheard(), 0)


# --- turns


def test_a_whole_turn_of_each() -> None:
    book = open_call(silence_after_ms=None)
    noted = c.CallerTurnNoted("u1", Words("Where is my order?"), 1000, 2000)
    feed(book, caller_says("Where is my order?", item_id="u1", start_ms=1000, end_ms=2000), noted)
    says(book, 3000, 800, "On its way.")
    book.by(3100, At(3020, FIRST), At(3020, c.AgentSpeechBegan("i1", 1020)))
    book.at(3200, e.ReplyWordsEnded("r1", "i1", Words("It is on its way.")))
    book.by(9000, At(3820, turn("It is on its way.", 3020, 3820, latency=1020))).run()


def test_usage_and_failures_of_replies_are_noted() -> None:
    book = open_call(silence_after_ms=None)
    book.at(0, e.ReplyStarted("r1"))
    book.at(10, e.ReplyEnded("r1", "completed", usage={"input": 5}), c.UsageNoted({"input": 5}))
    book.at(20, e.ReplyStarted("r2"))
    book.at(30, e.ReplyEnded("r2", "failed", "rate limit"), c.Warned("reply_failed", "rate limit"))
    book.at(40, e.CallerTranscriptionFailed("u", "x", "no"), c.Warned("transcription_failed", "x: no"))
    book.at(50, e.ItemTruncated("i", 5))
    book.at(50, e.EngineNoted("rate_limits")).run()


def test_an_engine_that_does_not_reply_by_itself_is_asked_to() -> None:
    book = open_call(setup=engine_setup(turn_detection={"create_response": False}))
    book.at(1000, e.CallerSpeechStarted("u1", 1000))
    book.at(2500, e.CallerSpeechStopped("u1", 2500))
    book.at(2500, e.CallerTurnCommitted("u1"), c.AskForReply()).run()


# --- barge-in


def interrupted(text: str, start: float, end: float, *, item: str = "i1") -> c.AgentTurnNoted:
    return c.AgentTurnNoted(item, Words(text), start, end, True, end - start, None)


def test_barge_in_truncates_at_what_was_heard_though_generation_is_complete() -> None:
    book = open_call()
    says(book, 100, 4000, "one two three four")
    book.by(1100, FIRST, c.AgentSpeechBegan("i1", None))
    book.at(
        1220,
        e.CallerSpeechStarted("u1", 1120),
        c.StopPlayback(),
        c.TruncateItem("i1", 1100),
        interrupted("one", 120, 1220),
        c.BargeInNoted(1120, 100, 1100),
    )
    book.at(1300, e.CallerSpeechStarted("u1", 1120)).run()  # nothing is playing any more


def test_barge_in_while_generating_drops_what_is_still_on_its_way() -> None:
    book = open_call()
    says(book, 100, 500, "one two three four", done=False)
    book.by(300, FIRST, c.AgentSpeechBegan("i1", None))
    book.at(
        320,
        e.CallerSpeechStarted("u1", 320),
        c.StopPlayback(),
        c.DropAudioOf("r1"),
        c.TruncateItem("i1", 200),
        interrupted("one two", 120, 320),
        c.BargeInNoted(320, 0, 200),
    )
    book.audio(330, "r1", "i1", 500)
    book.at(340, e.ReplyItemAdded("r1", "i2", "speech"))
    book.at(350, e.ReplyEnded("r1", "cancelled", "turn_detected")).run()


def test_an_interim_response_that_is_interrupted_leaves_nothing_to_shorten() -> None:
    book = open_call()
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ReplyItemAdded("r1", "interim_1", "interim"))
    book.at(100, e.ReplyWordsArrived("r1", "interim_1", Words("one two three four")))
    book.audio(100, "r1", "interim_1", 500)
    book.by(300, FIRST, c.AgentSpeechBegan("interim_1", None))
    book.at(
        320,
        e.CallerSpeechStarted("u1", 320),
        c.StopPlayback(),
        c.DropAudioOf("r1"),
        interrupted("one two", 120, 320, item="interim_1"),
        c.BargeInNoted(320, 0, 200),
    ).run()


def test_an_engine_that_does_not_interrupt_itself_is_cancelled() -> None:
    book = open_call(setup=engine_setup(turn_detection=DEAF | {"auto_truncate": True}))
    says(book, 100, 500, "one two three four", done=False)
    book.by(300, FIRST, c.AgentSpeechBegan("i1", None))
    book.at(
        320,
        e.CallerSpeechStarted("u1", 320),
        c.StopPlayback(),
        c.DropAudioOf("r1"),
        c.CancelReply("r1"),
        interrupted("one two", 120, 320),
        c.BargeInNoted(320, 0, 200),
    )
    book.at(330, e.EngineRefused("response_cancel_not_active", "no active response")).run()


def test_barge_in_before_the_first_sound_truncates_to_nothing() -> None:
    book = open_call()
    says(book, 101, 500, "one two")
    book.at(110, e.CallerSpeechStarted("u1", 100), c.StopPlayback(), c.TruncateItem("i1", 0), c.BargeInNoted(100, 10, 0)).run()


def test_speech_while_the_agent_only_thinks_stops_no_playback() -> None:
    book = open_call()
    book.at(100, e.ReplyStarted("r1"))
    book.at(200, e.CallerSpeechStarted("u1", 200), c.DropAudioOf("r1")).run()


def test_a_caller_who_may_not_interrupt_does_not() -> None:
    book = open_call(barge_in=False, silence_after_ms=None)
    says(book, 100, 500, "one two")
    book.by(300, FIRST, c.AgentSpeechBegan("i1", None))
    book.at(320, e.CallerSpeechStarted("u1", 320))
    book.by(2000, At(620, turn("one two", 120, 620))).run()


# --- tools

RUN = c.RunTool("t1", "lookup_order", "{}", 8000)


def answered(tool_call_id: str = "t1", output: str = "{}", outcome: e.ToolOutcome = "ok") -> list[c.Command]:
    note = c.ToolNoted("lookup_order", Words("{}"), Words(output), outcome, 50)
    return [c.GiveToolResult(tool_call_id, output), note]


def test_a_tools_result_is_given_and_then_the_reply_asked_for() -> None:
    book = open_call()
    *before, ended = tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100)
    feed(book, before, RUN)
    book.at(*ended)
    book.at(200, e.ToolReturned("t1", "ok", "{}", 50), *answered(), c.AskForReply()).run()


@pytest.mark.parametrize("outcome", ["error", "timeout", "cancelled"])
def test_a_tool_that_fails_is_a_result_too(outcome: e.ToolOutcome) -> None:
    book = open_call()
    *before, ended = tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100)
    feed(book, before, RUN)
    book.at(150, e.ToolReturned("t1", outcome, '{"error":"no"}', 50), *answered(output='{"error":"no"}', outcome=outcome))
    book.at(200, ended[1], c.AskForReply()).run()


def test_several_tools_of_one_reply_are_followed_by_one_reply() -> None:
    book = open_call()
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ToolCalled("r1", "x1", "t1", "lookup_order", "{}"), RUN)
    book.at(100, e.ToolCalled("r1", "x2", "t2", "lookup_order", "{}"), c.RunTool("t2", "lookup_order", "{}", 8000))
    book.at(150, e.ToolReturned("t2", "ok", "{}", 50), *answered("t2"))
    book.at(200, e.ReplyEnded("r1", "completed"))
    book.at(300, e.ToolReturned("t1", "ok", "{}", 50), *answered(), c.AskForReply()).run()


def test_a_tool_that_never_returns_is_answered_for() -> None:
    book = open_call()
    *before, ended = tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100)
    feed(book, before, RUN)
    book.at(*ended)
    output = json.dumps({"error": "lookup_order took too long"})
    book.by(
        10_200,
        At(10_100, c.CancelTool("t1")),
        c.Warned("tool_overdue", "the tool lookup_order never returned"),
        c.GiveToolResult("t1", output),
        c.ToolNoted("lookup_order", Words("{}"), Words(output), "timeout", 10_000),
        c.AskForReply(),
    )
    book.at(10_300, e.ToolReturned("t1", "ok", "{}", 50)).run()


def test_the_engines_own_reply_to_a_caller_who_interrupted_makes_ours_needless() -> None:
    book = open_call(silence_after_ms=None)
    *before, ended = tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100)
    feed(book, before, RUN)
    book.at(*ended)
    book.at(200, e.CallerSpeechStarted("u1", 200))
    book.at(300, e.ToolReturned("t1", "ok", "{}", 50), *answered())
    book.at(900, e.CallerSpeechStopped("u1", 900))
    book.at(1000, e.ReplyStarted("r2"))
    book.at(1100, e.ReplyEnded("r2", "completed"))
    book.by(30_000).run()


def test_a_result_that_comes_during_the_next_reply_is_spoken_of_after_it() -> None:
    book = open_call(silence_after_ms=None)
    *before, ended = tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100)
    feed(book, before, RUN)
    book.at(*ended)
    book.at(200, e.ReplyStarted("r2"))
    book.at(300, e.ToolReturned("t1", "ok", "{}", 50), *answered())
    book.at(400, e.ReplyEnded("r2", "completed"), c.AskForReply()).run()


def test_a_reply_that_the_engine_never_gives_to_a_turn_is_asked_for_after_a_while() -> None:
    book = open_call(silence_after_ms=None)
    *before, ended = tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100)
    feed(book, before, RUN)
    book.at(*ended)
    book.at(200, e.CallerSpeechStarted("u1", 200))
    book.at(900, e.CallerSpeechStopped("u1", 900))
    book.at(1000, e.ToolReturned("t1", "ok", "{}", 50), *answered())
    book.by(6000, At(5900, c.AskForReply())).run()


def test_a_refused_request_is_made_again_after_the_reply_in_the_way() -> None:
    refused = e.EngineRefused("conversation_already_has_active_response", "wait")
    book = Playbook(session_settings(greeting="Hello.")).start(ANY)
    book.at(0, e.EngineReady("s"), c.PhaseNoted("engine_ready"))
    book.at(0, e.CallAnswered(), c.PhaseNoted("answered"), HELLO)
    book.at(100, refused)
    book.at(200, e.ReplyStarted("theirs"))
    book.at(300, e.ReplyEnded("theirs", "completed"), HELLO)
    warned = c.Warned("reply_refused", "the engine refused to reply twice because another reply was under way")
    book.at(400, refused, warned).run()


# --- ending the call


def end_call(book: Playbook, at_ms: float) -> Playbook:
    called = e.ToolCalled("r1", "x1", "t1", "end_call", '{"reason":"done"}')
    output = '{"ok": true}'
    return book.at(
        at_ms,
        called,
        c.GiveToolResult("t1", output),
        c.ToolNoted("end_call", Words('{"reason":"done"}'), Words(output), "ok", 0),
        c.PhaseNoted("ending"),
    )


CLOSE = [c.PhaseNoted("ended"), c.CloseCall("completed", "agent_ended")]


def test_end_call_hangs_up_when_the_goodbye_was_heard() -> None:
    book = open_call()
    says(book, 100, 1000, "Goodbye!", done=False)
    book.at(100, e.ReplyAudioEnded("r1", "i1"))
    end_call(book, 110)
    book.by(200, At(120, FIRST), c.AgentSpeechBegan("i1", None))
    book.at(210, e.ReplyEnded("r1", "completed"))
    book.by(2000, At(1120, turn("Goodbye!", 120, 1120)), At(1120, c.HangUp("agent_ended")))
    book.at(2100, e.CallerLeft("done"), *CLOSE).run()


def test_end_call_without_a_word_says_goodbye_first() -> None:
    book = open_call()
    book.at(100, e.ReplyStarted("r1"))
    end_call(book, 110)
    book.at(120, e.ReplyEnded("r1", "completed"), BYE)
    says(book, 300, 1000, "Bye.", reply="r2")
    book.by(500, At(320, FIRST), c.AgentSpeechBegan("i1", None))
    book.by(2000, At(1320, turn("Bye.", 320, 1320)), At(1320, c.HangUp("agent_ended"))).run()


def test_an_engine_that_cannot_say_goodbye_does_not_hold_the_line() -> None:
    book = open_call()
    book.at(100, e.ReplyStarted("r1"))
    end_call(book, 110)
    book.at(120, e.ReplyEnded("r1", "completed"), BYE)
    late = c.Warned("reply_overdue", "the engine did not begin to reply within 8000 ms")
    book.by(13_000, At(8120, late), At(8120, c.HangUp("agent_ended")))
    book.by(14_000, At(13_120, CLOSE[0]), CLOSE[1]).run()


def test_without_a_goodbye_the_call_ends_wordlessly() -> None:
    book = open_call(goodbye="")
    book.at(100, e.ReplyStarted("r1"))
    end_call(book, 110)
    book.at(120, e.ReplyEnded("r1", "completed"), c.HangUp("agent_ended")).run()


def test_silence_is_asked_about_twice_and_then_ends_the_call() -> None:
    book = open_call(silence_after_ms=1000, silence_prompts=("One?", "Two?"))
    book.by(1000, At(1000, c.AskForReply(exactly=Words("One?"))))
    says(book, 1100, 500, "One?", reply="r1", item="i1")
    book.by(2000, FIRST, c.AgentSpeechBegan("i1", None), At(1620, turn("One?", 1120, 1620)))
    book.by(2700, At(2620, c.AskForReply(exactly=Words("Two?"))))
    says(book, 2700, 500, "Two?", reply="r2", item="i2")
    book.by(3300, c.AgentSpeechBegan("i2", None), At(3220, turn("Two?", 2720, 3220, item="i2")))
    book.by(4300, At(4220, c.PhaseNoted("ending")), At(4220, BYE))
    says(book, 4300, 500, "Bye.", reply="r3", item="i3")
    book.by(5000, c.AgentSpeechBegan("i3", None), At(4820, turn("Bye.", 4320, 4820, item="i3")), At(4820, c.HangUp("silence")))
    book.by(10_000, At(9820, c.PhaseNoted("ended")), c.CloseCall("completed", "silence")).run()


def test_a_caller_who_speaks_into_the_goodbye_for_silence_stays() -> None:
    book = open_call(silence_after_ms=1000, silence_prompts=())
    book.by(1000, At(1000, c.PhaseNoted("ending")), BYE)
    says(book, 1100, 1000, "Bye bye.")
    book.by(1600, FIRST, c.AgentSpeechBegan("i1", None))
    book.at(
        1620,
        e.CallerSpeechStarted("u1", 1620),
        c.StopPlayback(),
        c.TruncateItem("i1", 500),
        interrupted("Bye", 1120, 1620),
        c.BargeInNoted(1620, 0, 500),
    )
    book.at(2500, e.CallerSpeechStopped("u1", 2500))
    says(book, 3000, 1000, "Oh, hello!", reply="r2", item="i2")
    book.by(5000, c.AgentSpeechBegan("i2", 1020), turn("Oh, hello!", 3020, 4020, item="i2", latency=1020)).run()


def test_keys_are_no_silence() -> None:
    book = open_call(silence_after_ms=1000, silence_prompts=("One?", "Two?"))
    book.by(1000, c.AskForReply(exactly=Words("One?")))
    says(book, 1100, 100, "One?")
    book.by(1500, FIRST, c.AgentSpeechBegan("i1", None), turn("One?", 1120, 1220))
    book.at(2000, e.KeyPressed("1"), c.KeyNoted(Words("1")))
    book.by(4000, At(4000, c.AddUserText(Words("The caller pressed 1 on the keypad."))), c.AskForReply())
    book.at(4100, e.ReplyStarted("r2"))
    book.at(4200, e.ReplyEnded("r2", "completed"))
    book.by(5300, At(5200, c.AskForReply(exactly=Words("One?")))).run()


def test_the_longest_call_ends_with_a_goodbye_after_the_sentence_being_said() -> None:
    book = open_call(max_call_ms=1000)
    says(book, 900, 500, "one two", done=False)
    book.by(1000, FIRST, c.AgentSpeechBegan("i1", None), At(1000, c.PhaseNoted("ending")))
    book.at(1100, e.ReplyEnded("r1", "completed"), BYE)
    says(book, 1200, 500, "Bye.", reply="r2", item="i2")
    book.by(
        2000,
        c.AgentSpeechBegan("i2", None),
        turn("one two", 920, 1420),
        turn("Bye.", 1420, 1920, item="i2"),
        At(1920, c.HangUp("max_length")),
    )
    book.run()


@pytest.mark.parametrize("speaking", [True, False])
def test_a_shutdown_waits_for_the_sentence_being_said(speaking: bool) -> None:
    book = open_call()
    if speaking:
        says(book, 100, 500, "one two")
        book.by(200, FIRST, c.AgentSpeechBegan("i1", None))
        book.at(300, e.EndRequested("shutdown"), c.PhaseNoted("ending"))
        book.by(700, turn("one two", 120, 620), At(620, c.HangUp("shutdown")))
    else:
        book.at(300, e.EndRequested("shutdown"), c.PhaseNoted("ending"), c.HangUp("shutdown"))
    book.at(800, e.CallerLeft("over"), c.PhaseNoted("ended"), c.CloseCall("completed", "shutdown")).run()


def test_a_shutdown_at_once_does_not_wait() -> None:
    book = open_call()
    says(book, 100, 500, "one two")
    book.by(200, FIRST, c.AgentSpeechBegan("i1", None))
    ending = [c.PhaseNoted("ending"), interrupted("one", 120, 420), c.HangUp("shutdown")]
    book.at(420, e.EndRequested("shutdown", at_once=True), *ending).run()


def test_a_caller_who_hangs_up_ends_everything() -> None:
    book = open_call()
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ToolCalled("r1", "x1", "t1", "lookup_order", "{}"), RUN)
    cancelled = c.ToolNoted("lookup_order", Words("{}"), Words('{"error": "the call is over"}'), "cancelled", 400)
    end = [c.PhaseNoted("ended"), c.CloseCall("completed", "caller_left")]
    book.at(500, e.CallerLeft("hung up"), c.CancelTool("t1"), cancelled, *end)
    book.at(600, e.ToolReturned("t1", "ok", "{}", 50))
    book.by(100_000).run()
    assert book.rehearsal.session.deadline() is None


def test_words_that_come_while_hanging_up_are_still_noted() -> None:
    book = open_call()
    book.at(100, e.EndRequested("shutdown", at_once=True), c.PhaseNoted("ending"), c.HangUp("shutdown"))
    book.at(200, e.CallerTranscribed("u1", Words("Wait")), c.CallerTurnNoted("u1", Words("Wait"), 200, 200))
    book.at(210, e.ReplyStarted("r9"))
    refused = e.ControlFailed("hang_up", 404, "8522", "gone already")
    book.at(300, refused, c.PhaseNoted("ended"), c.CloseCall("completed", "shutdown")).run()


# --- what breaks


def test_a_lost_engine_ends_the_call() -> None:
    book = open_call()
    gone = [c.Warned("engine_lost", "1006"), c.PhaseNoted("ending"), c.HangUp("engine_lost")]
    book.at(100, e.EngineLost("1006", 1006), *gone)
    book.by(6000, At(5100, c.PhaseNoted("ended")), c.CloseCall("failed", "engine_lost")).run()


def test_an_engine_that_never_gets_ready_ends_the_call() -> None:
    book = Playbook(session_settings()).start(ANY)
    book.at(0, e.MediaOpened(24_000), c.PhaseNoted("answered"), c.PhaseNoted("media_open"))
    book.by(20_000, At(20_000, c.PhaseNoted("ending")), c.HangUp("engine_not_ready")).run()


def test_a_refusal_is_told_and_a_fatal_one_ends_the_call() -> None:
    book = open_call()
    book.at(100, e.EngineRefused("odd", "no"), c.Warned("engine_refused", "odd: no"))
    fatal = [c.Warned("engine_refused", "session_expired: 60 minutes"), c.PhaseNoted("ending"), c.HangUp("engine_refused")]
    book.at(200, e.EngineRefused("session_expired", "60 minutes"), *fatal).run()


def test_lost_audio_may_come_back_within_five_seconds() -> None:
    book = open_call(silence_after_ms=None)
    book.at(100, e.MediaClosed("1006"))
    book.at(5000, e.MediaOpened(24_000))
    book.at(6000, e.MediaClosed("1006"))
    book.by(11_000, At(11_000, c.PhaseNoted("ending")), c.HangUp("media_lost")).run()


def test_an_answer_that_is_refused_is_a_failed_call() -> None:
    book = Playbook(session_settings()).start(ANY)
    end = [c.PhaseNoted("ended"), c.CloseCall("failed", "answer_refused")]
    book.at(100, e.ControlFailed("answer", 403, "8523", "too late"), *end).run()


def test_recording_that_fails_is_told() -> None:
    book = open_call()
    refused = e.ControlFailed("start_recording", 403, "8553", "not allowed")
    book.at(100, refused, c.Warned("start_recording_failed", "8553: not allowed")).run()


# --- transfer


def transfer_call(book: Playbook, target: str, at_ms: float, *, reply: str = "r1", tool: str = "t1") -> Playbook:
    """The model transfers without a word; the target is called as soon as the reply is complete."""
    arguments = json.dumps({"target": target, "reason": "asked"})
    events = tool_call("request_transfer", arguments, reply_id=reply, tool_call_id=tool, at_ms=at_ms)
    return feed(book, events, c.PhaseNoted("transferring"), c.TransferCaller(target, Words("asked"), 20))


def result(outcome: str, message: str) -> str:
    return json.dumps({"outcome": outcome, "message": message})


def noted(target: str, output: str, duration: float, outcome: e.ToolOutcome = "ok", tool: str = "t1") -> c.ToolNoted:
    arguments = json.dumps({"target": target, "reason": "asked"})
    return c.ToolNoted("request_transfer", Words(arguments), Words(output), outcome, duration)


def test_a_transferred_caller_is_left_to_the_human() -> None:
    book = open_call()
    transfer_call(book, "sales", 100)
    book.at(1000, e.TransferRinging("sales"))
    connected = result("connected", "a human has the call")
    book.at(
        5100,
        e.TransferEnded("sales", "connected"),
        c.TransferNoted("sales", "connected", 5000),
        noted("sales", connected, 5000),
        c.PhaseNoted("ending"),
        c.LeaveCall(),
    )
    book.at(5200, e.CallerLeft("left"), c.PhaseNoted("ended"), c.CloseCall("transferred", "transferred")).run()


def test_leaving_does_not_wait_for_ever() -> None:
    book = open_call()
    transfer_call(book, "sales", 100)
    book.at(5100, e.TransferEnded("sales", "connected"), ANY, ANY, c.PhaseNoted("ending"), c.LeaveCall())
    book.by(11_000, At(10_100, c.PhaseNoted("ended")), c.CloseCall("transferred", "transferred")).run()


def test_the_transfer_waits_until_the_announcement_was_heard() -> None:
    book = open_call()
    says(book, 100, 2000, "I put you through.", done=False)
    book.at(100, e.ReplyAudioEnded("r1", "i1"))
    book.at(100, e.ToolCalled("r1", "x1", "t1", "request_transfer", '{"target":"sales","reason":"asked"}'))
    book.at(110, e.ReplyEnded("r1", "completed"))
    book.by(
        3000,
        At(120, FIRST),
        c.AgentSpeechBegan("i1", None),
        At(2120, turn("I put you through.", 120, 2120)),
        At(2120, c.PhaseNoted("transferring")),
        c.TransferCaller("sales", Words("asked"), 20),
    ).run()


def test_a_long_announcement_is_waited_for_six_seconds() -> None:
    book = open_call()
    says(book, 100, 20_000, "Blah.", done=False)
    book.at(100, e.ToolCalled("r1", "x1", "t1", "request_transfer", '{"target":"sales","reason":"asked"}'))
    place = [At(6100, c.PhaseNoted("transferring")), c.TransferCaller("sales", Words("asked"), 20)]
    book.by(7000, FIRST, c.AgentSpeechBegan("i1", None), *place).run()


@pytest.mark.parametrize(
    ("outcome", "message", "told"),
    [
        ("busy", "", "the line is busy"),
        ("declined", "", "the call was declined"),
        ("no_answer", "", "nobody answered"),
        ("failed", "Out of order.", "Out of order."),
    ],
)
def test_a_transfer_that_fails_gives_the_caller_back_with_the_reason(
    outcome: e.TransferOutcome, message: str, told: str
) -> None:
    book = open_call()
    transfer_call(book, "sales", 100)
    output = result(outcome, told)
    book.at(
        5100,
        e.TransferEnded("sales", outcome, message=message),
        c.TransferNoted("sales", outcome, 5000),
        c.GiveToolResult("t1", output),
        noted("sales", output, 5000, "error"),
        c.AskForReply(),
    ).run()


def test_a_transfer_that_call_control_refuses_gives_the_caller_back() -> None:
    book = open_call()
    transfer_call(book, "sales", 100)
    output = result("failed", "no such number")
    book.at(
        200,
        e.ControlFailed("transfer_caller", 400, "8500", "no such number"),
        c.TransferNoted("sales", "failed", 100, code="8500"),
        c.GiveToolResult("t1", output),
        noted("sales", output, 100, "error"),
        c.AskForReply(),
    ).run()


def test_a_phone_that_rings_too_long_gives_the_caller_back_and_may_still_be_answered() -> None:
    book = open_call(silence_after_ms=None)
    transfer_call(book, "sales", 0)
    output = result("no_answer", "nobody answered")
    book.by(
        25_000,
        At(25_000, c.TransferNoted("sales", "no_answer", 25_000)),
        c.GiveToolResult("t1", output),
        noted("sales", output, 25_000, "error"),
        c.AskForReply(),
    )
    late = [c.TransferNoted("sales", "connected", 25_100), c.PhaseNoted("ending"), c.LeaveCall()]
    book.at(25_100, e.TransferEnded("sales", "connected"), *late).run()


def test_while_it_rings_nothing_is_asked_and_nobody_is_silent() -> None:
    book = open_call(silence_after_ms=1000)
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ToolCalled("r1", "x0", "t0", "lookup_order", "{}"), c.RunTool("t0", "lookup_order", "{}", 8000))
    arguments = '{"target":"sales","reason":"asked"}'
    book.at(100, e.ToolCalled("r1", "x1", "t1", "request_transfer", arguments))
    placed = [c.PhaseNoted("transferring"), c.TransferCaller("sales", Words("asked"), 20)]
    book.at(100, e.ReplyEnded("r1", "completed"), *placed)
    book.at(200, e.ToolReturned("t0", "ok", "{}", 50), *answered("t0"))
    says(book, 3000, 500, "It still rings.", reply="r2")  # the engine's own reply to something the caller said
    book.by(9000, FIRST, c.AgentSpeechBegan("i1", None), turn("It still rings.", 3020, 3520)).run()


def test_nonsense_and_a_second_transfer_at_once_are_refused() -> None:
    book = open_call()
    unknown = '{"error": "there is no target \\"boss\\"; the targets are sales, nurse"}'
    arguments = '{"target":"boss"}'
    book.at(100, e.ReplyStarted("r1"))
    book.at(
        100,
        e.ToolCalled("r1", "x1", "t1", "request_transfer", arguments),
        c.GiveToolResult("t1", unknown),
        c.ToolNoted("request_transfer", Words(arguments), Words(unknown), "error", 0),
    )
    book.at(200, e.ReplyEnded("r1", "completed"), c.AskForReply())
    transfer_call(book, "sales", 300, reply="r2", tool="t2")
    busy = '{"error": "a transfer is already under way"}'
    book.at(400, e.ReplyStarted("r3"))
    book.at(
        400,
        e.ToolCalled("r3", "x3", "t3", "request_transfer", '{"target":"nurse"}'),
        c.GiveToolResult("t3", busy),
        c.ToolNoted("request_transfer", Words('{"target":"nurse"}'), Words(busy), "error", 0),
    ).run()


def test_a_caller_who_hangs_up_while_it_rings_ends_the_call() -> None:
    book = open_call()
    transfer_call(book, "sales", 100)
    over = '{"error": "the call is over"}'
    end = [c.PhaseNoted("ended"), c.CloseCall("completed", "caller_left")]
    cancelled = c.TransferNoted("sales", "cancelled", 400)
    book.at(500, e.CallerLeft("hung up"), cancelled, noted("sales", over, 400, "cancelled"), *end)
    book.at(600, e.TransferEnded("sales", "connected")).run()


def listening() -> Playbook:
    book = open_call()
    transfer_call(book, "nurse", 100)
    connected = result("connected", "a human has the call")
    notes = [c.TransferNoted("nurse", "connected", 5000), noted("nurse", connected, 5000)]
    return book.at(5100, e.TransferEnded("nurse", "connected"), *notes, c.MuteAgent(), c.MuteOurselves())


def test_a_listening_agent_notes_what_is_said_and_says_nothing() -> None:
    book = listening()
    *before, last = caller_says("It hurts.", item_id="u1", start_ms=6000, end_ms=7000)
    feed(book, [*before, last], c.CallerTurnNoted("u1", Words("It hurts."), 6000, 7000))
    book.at(8000, e.ReplyStarted("r5"), c.DropAudioOf("r5"), c.CancelReply("r5"))
    book.at(8100, e.ReplyEnded("r5", "cancelled"))
    book.at(9000, e.KeyPressed("1"), c.KeyNoted(Words("1")))
    book.by(60_000)
    book.at(61_000, e.CallerLeft("hung up"), c.PhaseNoted("ended"), c.CloseCall("transferred", "caller_left")).run()


def test_a_listener_leaves_the_two_alone_when_it_must_go() -> None:
    book = listening()
    left = [c.Warned("engine_lost", "1006"), c.PhaseNoted("ending"), c.LeaveCall()]
    book.at(6000, e.EngineLost("1006"), *left)
    book.at(6100, e.CallerLeft("left"), c.PhaseNoted("ended"), c.CloseCall("transferred", "engine_lost")).run()


def test_when_the_human_leaves_the_caller_is_not_kept_alone_with_a_listener() -> None:
    book = listening()
    book.at(6000, e.ParticipantsChanged(2))
    book.at(9000, e.ParticipantsChanged(1), c.PhaseNoted("ending"), c.HangUp("human_left"))
    book.at(9100, e.CallerLeft("over"), c.PhaseNoted("ended"), c.CloseCall("transferred", "human_left")).run()


def test_an_engine_lost_while_it_rings_waits_for_the_human() -> None:
    book = open_call()
    transfer_call(book, "sales", 100)
    book.at(200, e.EngineLost("1006"), c.Warned("engine_lost", "1006"))
    book.at(5100, e.TransferEnded("sales", "busy"), ANY, ANY, ANY, c.PhaseNoted("ending"), c.HangUp("engine_lost")).run()


def test_the_longest_call_waits_for_a_phone_that_rings() -> None:
    book = open_call(max_call_ms=1000)
    transfer_call(book, "sales", 100)
    book.by(5000)
    book.at(5100, e.TransferEnded("sales", "connected"), ANY, ANY, c.PhaseNoted("ending"), c.LeaveCall()).run()


# --- in writing


def writing() -> Playbook:
    return open_call(in_writing=True, silence_after_ms=None)


def test_what_the_caller_writes_is_answered_and_read_at_once() -> None:
    book = writing()
    book.at(
        100,
        e.CallerWrote(Words("Where is it?")),
        c.CallerTurnNoted("written-1", Words("Where is it?"), 100, 100),
        c.AddUserText(Words("Where is it?")),
        c.AskForReply(),
    )
    book.at(400, e.ReplyStarted("r1"))
    book.at(400, e.ReplyItemAdded("r1", "i1", "speech"))
    book.at(500, e.ReplyWordsArrived("r1", "i1", Words("Here.")), c.PhaseNoted("first_audio"), c.AgentSpeechBegan("i1", 400))
    book.at(510, e.ReplyWordsEnded("r1", "i1", Words("Here.")))
    book.at(
        520,
        e.ReplyEnded("r1", "completed"),
        c.AgentTurnNoted("i1", Words("Here."), 500, 520, interrupted=False, heard_ms=0, latency_ms=400),
    )
    book.by(60_000)
    book.run()


def test_what_is_written_in_between_cuts_the_reply_off() -> None:
    book = writing()
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ReplyItemAdded("r1", "i1", "speech"))
    book.at(150, e.ReplyWordsArrived("r1", "i1", Words("One two")), c.PhaseNoted("first_audio"), c.AgentSpeechBegan("i1", None))
    book.at(
        200,
        e.CallerWrote(Words("Stop")),
        c.DropAudioOf("r1"),
        c.CancelReply("r1"),
        c.AgentTurnNoted("i1", Words("One two"), 150, 200, interrupted=True, heard_ms=0, latency_ms=None),
        c.CallerTurnNoted("written-1", Words("Stop"), 200, 200),
        c.AddUserText(Words("Stop")),
    )
    book.at(300, e.ReplyEnded("r1", "cancelled"), c.AskForReply()).run()


def test_a_goodbye_that_was_written_is_not_said_again() -> None:
    book = writing()
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ReplyItemAdded("r1", "i1", "speech"))
    book.at(100, e.ReplyWordsEnded("r1", "i1", Words("Bye.")), c.PhaseNoted("first_audio"), c.AgentSpeechBegan("i1", None))
    book.at(110, e.ToolCalled("r1", "t1", "call-1", "end_call", '{"reason":"done"}'), ANY, ANY, ANY)
    book.at(
        120,
        e.ReplyEnded("r1", "completed"),
        c.AgentTurnNoted("i1", Words("Bye."), 100, 120, interrupted=False, heard_ms=0, latency_ms=None),
        c.HangUp("agent_ended"),
    )
    book.run()


def test_the_session_tells_whose_turn_it_is() -> None:
    rehearsal = Rehearsal(session_settings(in_writing=True))
    rehearsal.start()
    turns = [rehearsal.session.callers_turn]
    rehearsal.play(opening())
    turns.append(rehearsal.session.callers_turn)
    rehearsal.happens(100, e.CallerWrote(Words("Where is it?")))
    turns.append(rehearsal.session.callers_turn)
    rehearsal.play(agent_replies("Here.", reply_id="r1", item_id="i1", at_ms=200))
    turns.append(rehearsal.session.callers_turn)
    assert turns == [False, True, False, True]


# --- the longest call


def test_the_warning_waits_for_the_end_of_a_turn() -> None:
    book = open_call(silence_after_ms=None, max_call_ms=20_000, warning="We have one minute left.", warn_before_ms=10_000)
    says(book, 9000, 4000, "A long story.")
    book.by(12_000, FIRST, c.AgentSpeechBegan("i1", None))
    warning = c.AskForReply(exactly=Words("We have one minute left."))
    book.by(15_000, At(13_020, turn("A long story.", 9020, 13_020)), At(13_020, warning))
    says(book, 15_100, 1000, "We have one minute left.", reply="r2", item="i2")
    book.by(16_000, c.AgentSpeechBegan("i2", None))
    book.by(
        20_000,
        turn("We have one minute left.", 15_120, 16_120, item="i2"),
        At(20_000, c.PhaseNoted("ending")),
        At(20_000, BYE),
    ).run()


# --- what words and keys mean


def test_a_key_of_the_menu_keeps_its_meaning_though_keys_are_hidden() -> None:
    session = Session(session_settings(keys=KeyPolicy(menu={"1": KeyAction(say="Hi.")})))
    session.start(0)
    assert session.understood(e.KeyPressed("1")) == e.KeyPressed("1", choice="1")
    assert session.understood(e.KeyPressed("2")) == e.KeyPressed("2", choice="none")
    assert session.understood(e.KeyPressed("0", choice="1")) == e.KeyPressed("0", choice="1")
    assert Session(session_settings()).understood(e.KeyPressed("1")) == e.KeyPressed("1")


def test_words_have_a_meaning_only_as_the_answer_to_a_question() -> None:
    said = e.CallerTranscribed("u1", Words("Yes."))
    assert Session(session_settings()).understood(said) is said
