from __future__ import annotations

import json

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import KeyPolicy
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


@pytest.mark.parametrize(
    ("failure", "outcome", "output"),
    [("", "ok", '{"ok": true}'), ("nobody is there", "error", '{"error": "nobody is there"}')],
)
def test_keys_that_the_model_presses_are_waited_for_however_long_that_takes(
    failure: str, outcome: e.ToolOutcome, output: str
) -> None:
    call = begun(keys=KeyPolicy(send=True), tool_timeout_ms=8_000)
    call.reply_started("r", 0)
    keys, arguments = "1" * 36, json.dumps({"keys": "1" * 36})
    call.tool_called(e.ToolCalled("r", "x", "t", "send_keys", arguments), 0)
    assert call.parts.take() == [c.SendKeys("t", Words(keys))]
    call.reply_ended(e.ReplyEnded("r", "completed"))
    assert settled(call, 19_000) == []
    call.errands.keys_sent(e.KeysSent("t", failure), 20_000)
    noted = c.ToolNoted("send_keys", Words(arguments), Words(output), outcome, 20_000)
    assert call.parts.take() == [c.GiveToolResult("t", output), noted]
    assert settled(call, 20_000) == [c.AskForReply()]


def test_keys_that_no_telephone_has_are_not_pressed() -> None:
    call = begun(keys=KeyPolicy(send=True))
    call.tool_called(e.ToolCalled("r", "x", "t", "send_keys", '{"keys": "12x"}'), 0)
    [result, _] = call.parts.take()
    assert result == c.GiveToolResult("t", '{"error": "`keys` must be 1 to 36 of 0-9 * # A-D"}')
