from __future__ import annotations

from voiceagent.call import events as e
from voiceagent.testing.factories import begun


def test_an_outcome_of_another_target_is_not_believed() -> None:
    call = begun()
    call.handover.ended(e.TransferEnded("nurse", "connected"), 0)
    call.reply_started("r", 0)
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", '{"target":"sales"}'), 0)
    call.parts.take()
    call.handover.ended(e.TransferEnded("nurse", "connected"), 0)
    assert call.parts.take() == []
