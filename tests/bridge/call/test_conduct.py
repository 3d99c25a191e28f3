from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.replies import STUCK_MS
from voiceagent.call.turns import PENDING_MS
from voiceagent.discreet import Words
from voiceagent.testing.factories import begun, settled


def test_the_earliest_bound_is_the_deadline() -> None:
    call = begun(max_call_ms=60_000)
    assert call.deadline() == 60_000
    call.parts.turns.stopped("u", 0, 1000)
    assert call.deadline() == 1000 + PENDING_MS
    call.key_pressed(e.KeyPressed("1"), 2000)
    assert call.deadline() == 4000


def test_a_reply_that_is_stuck_is_cancelled_and_the_call_goes_on() -> None:
    call = begun()
    call.reply_started("r", 0)
    call.parts.replies.want(c.AskForReply())
    warned, cancel, drop, ask = settled(call, STUCK_MS)
    assert isinstance(warned, c.Warned)
    assert [cancel, drop, ask] == [c.CancelReply("r"), c.DropAudioOf("r"), c.AskForReply()]
    call.parts.speech.audio_began("r", "late")
    assert not call.parts.speech.busy


def test_keys_typed_while_the_agent_replies_are_answered_after_it() -> None:
    call = begun()
    call.reply_started("r", 0)
    call.key_pressed(e.KeyPressed("7"), 0)
    assert settled(call, 2000) == [c.AddUserText(Words("The caller pressed 7 on the keypad."))]
    call.reply_ended(e.ReplyEnded("r", "completed"))
    assert settled(call, 2100) == [c.AskForReply()]
