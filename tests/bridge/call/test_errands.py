from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.discreet import Words
from voiceagent.testing.factories import begun, settled


def test_a_tool_call_that_comes_after_the_end_of_its_reply_is_still_answered() -> None:
    call = begun()
    call.reply_started("r", 0)
    call.reply_ended(e.ReplyEnded("r", "completed"))
    call.tool_called(e.ToolCalled("r", "x", "t", "lookup_order", "{}"), 10)
    assert settled(call, 10) == []
    call.parts.do(*call.parts.tools.answer("t", "ok", "{}", 1.0, 20))
    assert settled(call, 20) == [c.AskForReply()]


def test_a_reply_that_supersedes_another_ends_it() -> None:
    call = begun()
    call.reply_started("r1", 0)
    call.tool_called(e.ToolCalled("r1", "x", "t", "lookup_order", "{}"), 10)
    call.reply_started("r2", 20)
    call.parts.do(*call.parts.tools.answer("t", "ok", "{}", 1.0, 30))
    call.reply_ended(e.ReplyEnded("r2", "completed"))
    assert settled(call, 40) == [c.AskForReply()]


def test_the_same_call_of_ours_told_twice_happens_once() -> None:
    call = begun()
    call.reply_started("r", 0)
    for name, tool_call_id in (("end_call", "t1"), ("request_transfer", "t2")):
        called = e.ToolCalled("r", "x", tool_call_id, name, '{"target":"sales"}')
        call.tool_called(called, 0)
        call.parts.take()
        call.tool_called(called, 0)
        assert call.parts.take() == []


def test_a_transfer_without_targets_is_an_unknown_tool_of_the_users() -> None:
    call = begun(targets={})
    call.tool_called(e.ToolCalled("r", "x", "t", "request_transfer", "{}"), 0)
    assert call.parts.take() == [c.RunTool("t", "request_transfer", "{}", 8000)]


def test_a_tool_that_the_engine_ran_itself_is_noted_and_spoken_about() -> None:
    call = begun()
    call.reply_started("r", 0)
    call.errands.engine_called("m1", 100)
    call.reply_ended(e.ReplyEnded("r", "completed"))
    call.errands.engine_tool_ran(e.EngineToolRan("m1", "crm", "find", "{}", '"Ann"'), 400)
    assert call.parts.take() == [c.ToolNoted("crm_find", Words("{}"), Words('"Ann"'), "ok", 300)]
    assert settled(call, 400) == [c.AskForReply()]


def test_a_tool_of_the_engines_own_that_failed_is_spoken_about_too() -> None:
    call = begun()
    call.errands.engine_tool_ran(e.EngineToolRan("m1", "crm", "find", "{}", "", "it broke"), 400)
    [noted] = call.parts.take()
    assert isinstance(noted, c.ToolNoted)
    assert (noted.outcome, noted.output.shown) == ("error", '{"error": "it broke"}')
    assert settled(call, 400) == [c.AskForReply()]
