from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.testing.factories import begun, settled


def test_nothing_is_given_to_an_engine_that_is_lost() -> None:
    call = begun()
    call.reply_started("r", 0)
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", '{"target":"sales"}'), 0)
    call.reply_ended(e.ReplyEnded("r", "completed"))
    settled(call, 0)
    call.engine_lost(e.EngineLost("1006"), 10)
    call.parts.take()
    call.end_requested(e.EndRequested("shutdown"), 20)
    assert call.parts.take()[-1] == c.HangUp("shutdown")
