"""Engine sessions that end, break and come back, as conversations: every command of them."""

from __future__ import annotations

from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import BargeInPolicy, ToolPolicy
from voiceagent.call.renewal import AGAIN_MS, FILLER_MS
from voiceagent.call.turns import SPEAKING_MS, TEXT_MS
from voiceagent.discreet import Words
from voiceagent.testing.factories import Happening, agent_replies, begun, caller_says, session_settings, settled
from voiceagent.testing.playbook import ANY, Playbook

SPARE = c.OpenSpareEngine(ANY, beside=True)
INSTEAD = c.OpenSpareEngine(ANY, beside=False)


def open_call(lifetime_ms: float | None = None, **changes: Any) -> Playbook:
    """A call at 0 with an engine that tells how long it lives; one turn of each was spoken by 4 s."""
    settings = {"silence_after_ms": None, "reconnect_ms": 10_000} | changes
    book = Playbook(session_settings(**settings)).start(ANY)
    book.at(0, e.CallAnswered(), c.PhaseNoted("answered"))
    book.at(0, e.EngineReady("s1", expires_in_ms=lifetime_ms), c.PhaseNoted("engine_ready"))
    book.at(0, e.MediaOpened(24_000), c.PhaseNoted("media_open"))
    book.at(0, e.CallerAudioBegan())
    spoken(book, "Where is it?", "On its way.", 1000)
    return book


def spoken(book: Playbook, asked: str, answered: str, at_ms: float, *, number: int = 1, first: bool = True) -> None:
    """A turn of the caller's of a second, and the answer of a second, heard by `at_ms` + 3 s."""
    turn = caller_says(asked, item_id=f"u{number}", start_ms=at_ms, end_ms=at_ms + 1000)
    _feed(book, turn, c.CallerTurnNoted(f"u{number}", Words(asked), at_ms, at_ms + 1000))
    reply, item = f"r{number}", f"i{number}"
    says = agent_replies(answered, reply_id=reply, item_id=item, at_ms=at_ms + 1800)
    for happening in says[:2]:
        book.at(*happening)
    book.audio(at_ms + 1800, reply, item, 1000)
    for happening in says[2:]:
        book.at(*happening)
    start = at_ms + 1820
    began = c.AgentSpeechBegan(item, ANY)
    noted = c.AgentTurnNoted(item, Words(answered), start, start + 1000, False, 1000, ANY)
    book.by(at_ms + 3000, *([c.PhaseNoted("first_audio")] if first else []), began, noted)


def _feed(book: Playbook, happenings: list[Happening], *expected_last: c.Command) -> None:
    for happening in happenings[:-1]:
        book.at(*happening)
    book.at(*happenings[-1], *expected_last)


TOLD = (c.AddUserText(Words("Where is it?")), c.AddAgentText(Words("On its way.")))


def test_a_call_that_ends_at_that_very_moment_needs_no_further_session() -> None:
    book = open_call(renew_ms=60_000, max_call_ms=60_000, goodbye="")
    book.by(60_000, c.PhaseNoted("ending"), c.HangUp("max_length"))
    book.run()


def test_a_session_that_nears_its_end_is_followed_by_another_while_nobody_speaks() -> None:
    book = open_call(lifetime_ms=8000)
    book.by(6000, SPARE)
    book.at(6200, e.SpareReady("s2", expires_in_ms=8000), c.SwitchEngine(), *TOLD, c.ReplayCaller(AGAIN_MS))
    book.by(12_200, SPARE).run()


def test_a_change_of_engines_waits_for_the_end_of_the_turn_and_its_words() -> None:
    book = open_call(lifetime_ms=8000)
    book.at(5500, e.CallerSpeechStarted("u2", 5500))
    book.by(6000, SPARE)
    book.at(6200, e.SpareReady("s2"))
    book.at(7000, e.CallerSpeechStopped("u2", 7000))
    book.at(7000, e.CallerTurnCommitted("u2"))
    book.at(7600, e.ReplyStarted("r2"))
    book.at(7600, e.ReplyEnded("r2", "completed"))
    noted = c.CallerTurnNoted("u2", Words("And when?"), 5500, 6500)
    told = (*TOLD, c.AddUserText(Words("And when?")))
    book.at(8500, e.CallerTranscribed("u2", Words("And when?")), noted, c.SwitchEngine(), *told, c.ReplayCaller(AGAIN_MS)).run()


def test_words_that_never_come_do_not_hold_up_the_change() -> None:
    book = open_call(lifetime_ms=8000)
    book.at(5500, e.CallerSpeechStarted("u2", 5500))
    book.by(6000, SPARE)
    book.at(6200, e.SpareReady("s2"))
    book.at(7000, e.CallerSpeechStopped("u2", 7000))
    book.at(7000, e.ReplyStarted("r2"))
    book.at(7000, e.ReplyEnded("r2", "completed"))
    book.by(10_000, c.SwitchEngine(), *TOLD, c.ReplayCaller(AGAIN_MS)).run()


def test_a_turn_whose_end_is_never_told_does_not_hold_up_the_change() -> None:
    book = open_call(lifetime_ms=8000)
    book.at(5500, e.CallerSpeechStarted("u2", 5500))
    book.by(6000, SPARE)
    book.at(6200, e.SpareReady("s2"))
    book.by(5500 + SPEAKING_MS + TEXT_MS, c.SwitchEngine(), *TOLD, c.ReplayCaller(AGAIN_MS)).run()


def test_a_session_that_waited_too_long_is_followed_by_another_at_once() -> None:
    book = open_call(lifetime_ms=8000)
    book.at(5500, e.CallerSpeechStarted("u2", 5500))
    book.by(6000, SPARE)
    book.at(6200, e.SpareReady("s2", expires_in_ms=1000))
    book.at(7000, e.CallerSpeechStopped("u2", 7000))
    book.at(7000, e.ReplyStarted("r2"))
    book.at(7000, e.ReplyEnded("r2", "completed"))
    book.by(10_000, c.SwitchEngine(), *TOLD, c.ReplayCaller(AGAIN_MS), SPARE).run()


def test_an_engine_that_breaks_in_a_pause_is_replaced_and_nothing_is_asked() -> None:
    book = open_call()
    book.at(6000, e.EngineLost("1006"), c.Warned("engine_lost", "1006"), INSTEAD)
    book.at(6100, e.SpareFailed("429"), c.Warned("engine_not_renewed", "429"))
    book.by(6350, INSTEAD)
    book.at(6500, e.SpareReady("s2"), c.SwitchEngine(), *TOLD, c.ReplayCaller(AGAIN_MS))
    book.by(9000).run()


def test_a_turn_whose_words_are_not_known_is_heard_again_and_not_asked_for() -> None:
    book = open_call()
    book.at(5500, e.CallerSpeechStarted("u2", 5500))
    book.at(6000, e.EngineLost("1006"), c.Warned("engine_lost", "1006"), INSTEAD)
    book.at(6500, e.SpareReady("s2"), c.SwitchEngine(), *TOLD, c.ReplayCaller(500 + AGAIN_MS))
    book.at(6500, e.CallerAudioReplayed(2000))
    book.at(6600, e.CallerSpeechStarted("v1", 1000))
    book.at(7600, e.CallerSpeechStopped("v1", 2500))
    noted = c.CallerTurnNoted("v1", Words("And when?"), 5500, 6500)
    book.at(7700, e.CallerTranscribed("v1", Words("And when?")), noted).run()


def test_a_reply_that_broke_off_is_asked_for_again_and_what_was_said_of_it_is_told() -> None:
    book = open_call()
    _feed(
        book,
        caller_says("And when?", item_id="u2", start_ms=5000, end_ms=6000),
        c.CallerTurnNoted("u2", Words("And when?"), 5000, 6000),
    )
    book.at(6800, e.ReplyStarted("r2"))
    book.at(6800, e.ReplyItemAdded("r2", "i2", "speech"))
    book.at(6800, e.ReplyWordsArrived("r2", "i2", Words("It will")))
    book.audio(6800, "r2", "i2", 2000)
    book.by(6900, c.AgentSpeechBegan("i2", 820))
    book.at(7000, e.EngineLost("1006"), c.Warned("engine_lost", "1006"), INSTEAD)
    told = (*TOLD, c.AddUserText(Words("And when?")), c.AddAgentText(Words("It will")))
    book.at(7500, e.SpareReady("s2"), c.SwitchEngine(), *told, c.ReplayCaller(AGAIN_MS), c.AskForReply()).run()


def test_words_that_were_to_be_said_are_not_lost_with_the_engine() -> None:
    call = begun(reconnect_ms=10_000, greeting="Hello.")
    hello = c.AskForReply(exactly=Words("Hello."))
    assert settled(call, 0) == [hello]
    call.engine_lost(e.EngineLost("1006"), 10)
    settled(call, 10)
    call.renewal.spare_ready(e.SpareReady("s2"), 500)
    assert hello in settled(call, 500)


def test_after_a_while_a_voice_of_our_own_bridges_the_silence_and_says_goodbye_at_the_end() -> None:
    book = open_call(own_voice=True, filler="One moment.", lost_goodbye="I am sorry.")
    book.at(6000, e.EngineLost("1006"), c.Warned("engine_lost", "1006"), INSTEAD)
    book.by(6000 + FILLER_MS, c.SpeakAloud("own-1", Words("One moment.")))
    book.audio(7600, "own-1", "own-1", 1000)
    book.at(7600, e.ReplyAudioEnded("own-1", "own-1"))
    said = c.AgentTurnNoted("own-1", Words("One moment."), 7620, 8620, False, 1000, None)
    book.by(9000, c.AgentSpeechBegan("own-1", None), said)
    book.by(16_000, c.PhaseNoted("ending"), c.SpeakAloud("own-2", Words("I am sorry.")))
    book.audio(16_100, "own-2", "own-2", 1000)
    book.at(16_100, e.ReplyAudioEnded("own-2", "own-2"))
    said = c.AgentTurnNoted("own-2", Words("I am sorry."), 16_120, 17_120, False, 1000, None)
    book.by(18_000, c.AgentSpeechBegan("own-2", None), said, c.HangUp("engine_lost"))
    book.at(18_100, e.CallerLeft("disconnected"), c.PhaseNoted("ended"), c.CloseCall("failed", "engine_lost")).run()


def test_where_nobody_would_hear_an_apology_the_call_is_hung_up() -> None:
    settings = session_settings(own_voice=True, reconnect_ms=10_000, lost_goodbye="I am sorry.")
    ringing = Playbook(settings).start(ANY)
    told = (c.Warned("engine_lost", "429"), c.PhaseNoted("ending"), c.HangUp("engine_lost"))
    ringing.at(100, e.EngineLost("429", lasting=True), *told).run()
    gone = open_call(own_voice=True, lost_goodbye="I am sorry.", reconnect_ms=0)
    gone.at(5000, e.MediaClosed("1006"))
    gone.at(6000, e.EngineLost("1006"), c.Warned("engine_lost", "1006"), c.PhaseNoted("ending"), c.HangUp("engine_lost")).run()


def test_a_caller_who_is_let_in_while_the_engine_cannot_be_had_hears_why_and_is_greeted_in_the_end() -> None:
    settings = session_settings(own_voice=True, reconnect_ms=15_000, greeting="Hello.")
    book = Playbook(settings).start(ANY)
    book.at(50, e.CallAnswered(), c.PhaseNoted("answered"))
    book.at(100, e.EngineLost("no room", 429, retry_after_ms=2000), c.Warned("engine_lost", "no room"))
    book.at(200, e.MediaOpened(24_000), c.PhaseNoted("media_open"))
    book.at(210, e.CallerAudioBegan())
    book.by(1700, c.SpeakAloud("own-1", Words("One moment, please.")))
    book.at(1700, e.ReplyAudioEnded("own-1", "own-1"))
    book.by(2100, INSTEAD)
    switched = (c.SwitchEngine(), c.ReplayCaller(100), c.PhaseNoted("engine_ready"), c.AskForReply(exactly=Words("Hello.")))
    book.at(2400, e.SpareReady("s1"), *switched).run()


def test_without_a_voice_of_our_own_the_call_ends_in_silence() -> None:
    book = open_call()
    book.at(6000, e.EngineLost("1006"), c.Warned("engine_lost", "1006"), INSTEAD)
    book.by(16_000, c.PhaseNoted("ending"), c.HangUp("engine_lost")).run()


def test_a_session_the_engine_has_ended_is_replaced_as_well() -> None:
    book = open_call()
    told = (c.Warned("engine_refused", "session_expired: 60 minutes"), c.Warned("engine_lost", "session_expired"))
    book.at(6000, e.EngineRefused("session_expired", "60 minutes"), *told, INSTEAD)
    book.at(6010, e.EngineLost("1001"))
    book.at(6500, e.SpareReady("s2"), c.SwitchEngine(), *TOLD, c.ReplayCaller(AGAIN_MS)).run()


def test_the_last_words_are_not_begun_again() -> None:
    call = begun(reconnect_ms=10_000, goodbye="Bye.")
    call.ending.end("silence", 0, goodbye=True)
    settled(call, 0)
    call.engine_lost(e.EngineLost("1006"), 10)
    assert settled(call, 10) == [c.HangUp("silence")]


def test_an_agent_that_was_paused_goes_on_when_the_engine_breaks() -> None:
    call = begun(reconnect_ms=10_000, interruptions=BargeInPolicy(resume_after_ms=1500))
    call.parts.playback.arrived("r1", "i1", 500)
    call.floor.caller_started(e.CallerSpeechStarted("u1", 0), 5)
    assert call.parts.barge_in.held
    call.engine_lost(e.EngineLost("1006"), 10)
    assert c.ResumePlayback() in call.parts.take()
    assert call.parts.barge_in.state == "undisturbed"


def test_a_question_that_is_open_keeps_the_next_engine_silent_as_well() -> None:
    call = begun(reconnect_ms=10_000, tools={"lookup_order": ToolPolicy(ask_first="Shall I?")})
    call.reply_started("r", 0)
    call.tool_called(e.ToolCalled("r", "x", "t", "lookup_order", "{}"), 0)
    call.engine_lost(e.EngineLost("1006"), 10)
    call.parts.take()
    call.renewal.spare_ready(e.SpareReady("s2"), 500)
    switch, called, silent, again = call.parts.take()
    assert (switch, called, type(again)) == (c.SwitchEngine(), c.AddToolCall("t", "lookup_order", "{}"), c.ReplayCaller)
    assert isinstance(silent, c.ReviseEngine)
    assert silent.turn_detection is not None
    assert silent.turn_detection["create_response"] is False
