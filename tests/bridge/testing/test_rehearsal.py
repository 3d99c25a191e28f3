from __future__ import annotations

from voiceagent.call.commands import AgentTurnNoted, CloseCall, ConfigureEngine
from voiceagent.call.events import CallerLeft
from voiceagent.testing.factories import agent_replies, opening, session_settings
from voiceagent.testing.rehearsal import Rehearsal


def test_a_call_plays_in_its_own_time() -> None:
    call = Rehearsal(session_settings())
    assert [type(command) for command in call.start()] == [ConfigureEngine]
    call.play(opening())
    reply = agent_replies("Hello.", reply_id="r", item_id="i", at_ms=100)
    call.play(reply[:2])
    call.audio(100, "r", "i", 1000)
    call.play(reply[2:])
    (turn,) = [(at_ms, note) for at_ms, note in call.pass_until(2000) if isinstance(note, AgentTurnNoted)]
    assert turn[0] == 1120
    assert (turn[1].text, turn[1].start_ms, turn[1].heard_ms) == ("Hello.", 120, 1000)


def test_the_log_has_everything_with_its_time() -> None:
    call = Rehearsal(session_settings())
    call.start()
    call.play([*opening(), (500, CallerLeft("gone"))])
    assert call.log[0][0] == 0
    assert call.log[-1] == (500, CloseCall("completed", "caller_left"))
