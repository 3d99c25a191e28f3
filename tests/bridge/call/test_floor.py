"""Interruptions as conversations: every command of them."""

from __future__ import annotations

from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import BargeInPolicy
from voiceagent.discreet import Words
from voiceagent.testing.factories import begun, engine_setup, opening, session_settings, settled
from voiceagent.testing.playbook import ANY, Playbook

PASSIVE = engine_setup(
    turn_detection={"type": "server_vad", "prefix_padding_ms": 0, "interrupt_response": False, "create_response": False}
)
"""An engine that leaves it to us what interrupts and what is answered."""


def speaking(ms: float = 6000, *, timed: bool = False, **policy: Any) -> Playbook:
    """A call in which the agent says one long item from 100 ms on; the caller hears it from 120 ms on."""
    book = Playbook(session_settings(setup=PASSIVE, silence_after_ms=None, interruptions=BargeInPolicy(**policy)))
    book.start(ANY)
    for phase, (at_ms, event) in zip(("answered", "engine_ready", "media_open", "", ""), opening(), strict=True):
        book.at(at_ms, event, *([c.PhaseNoted(phase)] if phase else []))
    book.at(100, e.ReplyStarted("r1"))
    book.at(100, e.ReplyItemAdded("r1", "i1", "speech"))
    book.at(100, e.ReplyWordsArrived("r1", "i1", Words("one two three four five six")))
    if timed:
        for word in range(6):
            book.at(100, e.ReplyWordTimed("r1", "i1", word * 1000, 900))
    book.audio(100, "r1", "i1", ms)
    book.at(100, e.ReplyAudioEnded("r1", "i1"))
    book.at(100, e.ReplyEnded("r1", "completed"))
    return book.by(1000, c.PhaseNoted("first_audio"), c.AgentSpeechBegan("i1", None))


def said(text: str, start: float, end: float, *, heard: float | None = None, interrupted: bool = True) -> c.AgentTurnNoted:
    return c.AgentTurnNoted("i1", Words(text), start, end, interrupted, end - start if heard is None else heard, None)


ASK = c.AskForReply()


def test_a_short_sound_is_listening_along_and_not_answered() -> None:
    book = speaking(when="duration", after_ms=600)
    book.at(2020, e.CallerSpeechStarted("u1", 2000))
    book.at(2700, e.CallerSpeechStopped("u1", 2700))
    book.at(2700, e.CallerTurnCommitted("u1"))
    noted = c.CallerTurnNoted("u1", Words("Mhm."), 2000, 2200)
    book.at(2900, e.CallerTranscribed("u1", Words("Mhm.")), noted)
    book.by(9000, said("one two three four five six", 120, 6120, interrupted=False)).run()


def test_speech_that_lasts_cuts_off_and_is_answered_when_it_is_committed() -> None:
    book = speaking(when="duration", after_ms=400)
    book.at(2020, e.CallerSpeechStarted("u1", 2000))
    book.by(
        3000,
        c.StopPlayback(),
        c.TruncateItem("i1", 2780),
        said("one two", 120, 2900),
        c.BargeInNoted(2000, 900, 2780),
    )
    book.at(4000, e.CallerSpeechStopped("u1", 4000))
    book.at(4000, e.CallerTurnCommitted("u1"), ASK).run()


def test_enough_words_cut_off_and_are_answered_at_once() -> None:
    book = speaking(when="words", after_words=2)
    book.at(2020, e.CallerSpeechStarted("u1", 2000))
    book.at(2700, e.CallerSpeechStopped("u1", 2700))
    book.at(2700, e.CallerTurnCommitted("u1"))
    book.at(
        3100,
        e.CallerTranscribed("u1", Words("One moment.")),
        c.CallerTurnNoted("u1", Words("One moment."), 2000, 2200),
        c.StopPlayback(),
        c.TruncateItem("i1", 2980),
        said("one two three", 120, 3100),
        c.BargeInNoted(2000, 1100, 2980),
        ASK,
    ).run()


def test_a_caller_who_may_never_interrupt_is_answered_after_the_agent() -> None:
    book = speaking(when="never")
    book.at(2020, e.CallerSpeechStarted("u1", 2000))
    book.at(3700, e.CallerSpeechStopped("u1", 3700))
    book.at(3700, e.CallerTurnCommitted("u1"), ASK).run()


def test_after_a_false_interruption_the_agent_goes_on_where_the_caller_stopped_hearing() -> None:
    book = speaking(resume_after_ms=1500)
    book.at(2020, e.CallerSpeechStarted("u1", 2000), c.PausePlayback(), c.BargeInNoted(2000, 20, 1900))
    book.at(2700, e.CallerSpeechStopped("u1", 2700))
    book.at(2700, e.CallerTurnCommitted("u1"))
    book.by(4200, c.ResumePlayback(), c.PlaybackResumedNoted(2180))
    book.by(9000, said("one two three four five six", 120, 8320, heard=6000, interrupted=False)).run()


def test_a_true_interruption_is_cut_at_what_was_heard_before_the_pause() -> None:
    book = speaking(resume_after_ms=1500)
    book.at(2020, e.CallerSpeechStarted("u1", 2000), c.PausePlayback(), c.BargeInNoted(2000, 20, 1900))
    book.at(2700, e.CallerSpeechStopped("u1", 2700))
    book.at(2700, e.CallerTurnCommitted("u1"))
    book.at(
        3100,
        e.CallerTranscribed("u1", Words("Stop.")),
        c.CallerTurnNoted("u1", Words("Stop."), 2000, 2200),
        c.StopPlayback(),
        c.TruncateItem("i1", 1900),
        said("one two", 120, 2020),
        ASK,
    ).run()


def test_words_that_come_after_the_agent_went_on_still_interrupt() -> None:
    book = speaking(resume_after_ms=500)
    book.at(2020, e.CallerSpeechStarted("u1", 2000), c.PausePlayback(), c.BargeInNoted(2000, 20, 1900))
    book.at(2700, e.CallerSpeechStopped("u1", 2700))
    book.at(2700, e.CallerTurnCommitted("u1"))
    book.by(3200, c.ResumePlayback(), c.PlaybackResumedNoted(1180))
    book.at(
        4020,
        e.CallerTranscribed("u1", Words("Stop.")),
        c.CallerTurnNoted("u1", Words("Stop."), 2000, 2200),
        c.StopPlayback(),
        c.TruncateItem("i1", 2700),
        said("one two", 120, 4020, heard=2700),
        c.BargeInNoted(2000, 2020, 2700),
        ASK,
    ).run()


def test_the_engines_memory_ends_with_a_whole_word_where_it_tells_when_words_are_spoken() -> None:
    book = speaking(timed=True)
    book.at(
        2070,
        e.CallerSpeechStarted("u1", 2050),
        c.StopPlayback(),
        c.TruncateItem("i1", 1900),
        said("one two", 120, 2070),
        c.BargeInNoted(2050, 20, 1900),
    ).run()


def test_in_the_middle_of_a_word_the_engines_memory_ends_where_the_ear_stopped_hearing() -> None:
    book = speaking(timed=True)
    book.at(
        2520,
        e.CallerSpeechStarted("u1", 2500),
        c.StopPlayback(),
        c.TruncateItem("i1", 2400),
        said("one two", 120, 2520),
        c.BargeInNoted(2500, 20, 2400),
    ).run()


def test_nobody_interrupts_a_disclosure_and_the_greeting_follows_it() -> None:
    settings = session_settings(
        setup=PASSIVE, silence_after_ms=None, disclosure="This call is recorded.", greeting="Hello.", greeting_by="text"
    )
    disclosure, greeting = (c.AskForReply(exactly=Words(text)) for text in (settings.disclosure, settings.greeting))
    book = Playbook(settings).start(ANY)
    book.at(0, e.CallAnswered(), c.PhaseNoted("answered"))
    book.at(0, e.EngineReady("s"), c.PhaseNoted("engine_ready"), disclosure)
    book.at(0, e.MediaOpened(24_000), c.PhaseNoted("media_open"))
    book.at(0, e.CallerAudioBegan())
    book.at(100, e.ReplyStarted("r1"))
    book.audio(100, "r1", "i1", 2000)
    book.by(900, c.PhaseNoted("first_audio"), c.AgentSpeechBegan("i1", None))
    book.at(1000, e.CallerSpeechStarted("u1", 1000))
    book.at(1100, e.ReplyAudioEnded("r1", "i1"))
    book.at(1100, e.ReplyEnded("r1", "completed"))
    book.at(1800, e.CallerSpeechStopped("u1", 1800))
    book.at(1800, e.CallerTurnCommitted("u1"), greeting).run()


def test_a_greeting_can_be_protected_and_what_comes_after_it_cannot_be() -> None:
    call = begun(setup=PASSIVE, greeting="Hello.", interruptions=BargeInPolicy(during_greeting=False))
    (ask,) = settled(call, 0)
    assert ask == c.AskForReply(exactly=Words("Hello."))
    call.reply_started("r1", 10)
    call.parts.speech.announced("r1", "i1")
    call.parts.playback.arrived("r1", "i1", 500)
    call.floor.caller_started(e.CallerSpeechStarted("u1", 0), 100)
    assert call.parts.take() == []
    call.reply_ended(e.ReplyEnded("r1", "completed"))
    call.parts.playback.flush(200)
    call.parts.speech.stop(200)
    call.parts.playback.arrived("r2", "i2", 500)
    call.floor.caller_started(e.CallerSpeechStarted("u2", 0), 300)
    assert c.StopPlayback() in call.parts.take()


def test_an_agent_that_was_paused_and_has_nothing_left_to_say_is_not_left_silent() -> None:
    call = begun(setup=PASSIVE, interruptions=BargeInPolicy(resume_after_ms=1500))
    call.parts.playback.arrived("r1", "i1", 500)
    call.floor.caller_started(e.CallerSpeechStarted("u1", 0), 100)
    assert call.parts.barge_in.held
    call.parts.playback.flush(200)
    call.parts.take()
    call.floor.caller_wrote(Words("Hello?"), "", 300)
    assert call.parts.take()[0] == c.ResumePlayback()
    assert not call.parts.barge_in.held


def test_a_turn_nobody_could_transcribe_is_taken_for_an_interruption() -> None:
    book = speaking(resume_after_ms=1500)
    book.at(2020, e.CallerSpeechStarted("u1", 2000), c.PausePlayback(), c.BargeInNoted(2000, 20, 1900))
    book.at(2700, e.CallerSpeechStopped("u1", 2700))
    book.at(2700, e.CallerTurnCommitted("u1"))
    failed = c.Warned("transcription_failed", "x: no")
    stopped = (c.StopPlayback(), c.TruncateItem("i1", 1900), said("one two", 120, 2020), ASK)
    book.at(2900, e.CallerTranscriptionFailed("u1", "x", "no"), *stopped[:-1], failed, ASK).run()
