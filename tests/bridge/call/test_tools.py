from __future__ import annotations

import json

from voiceagent.call.commands import CancelTool, GiveToolResult, RunTool, ToolNoted, Warned
from voiceagent.call.events import ToolCalled
from voiceagent.call.tools import (
    GRACE_MS,
    ToolCalls,
    builtin_tools,
    error_output,
)
from voiceagent.discreet import Words

CALL = ToolCalled("r", "i", "t1", "lookup", '{"order_id":"1"}')
OTHER = ToolCalled("r", "i2", "t2", "lookup", "{}")


def test_a_tool_is_run_once_and_answered_once() -> None:
    tools = ToolCalls(8000)
    assert tools.run(CALL, 100) == [RunTool("t1", "lookup", '{"order_id":"1"}', 8000)]
    assert tools.run(CALL, 110) == []
    noted = ToolNoted("lookup", Words(CALL.arguments), Words('{"x":1}'), "ok", 70.0)
    assert tools.answer("t1", "ok", '{"x":1}', 70.0, 200) == [GiveToolResult("t1", '{"x":1}'), noted]
    assert tools.answer("t1", "ok", '{"x":2}', 70.0, 210) == []
    assert tools.answer("unknown", "ok", "{}", 0.0, 210) == []


def test_the_next_reply_is_owed_once_after_the_reply_ended_and_all_calls_are_answered() -> None:
    tools = ToolCalls(8000)
    tools.run(CALL, 0)
    tools.run(OTHER, 0)
    tools.answer("t1", "ok", "{}", 1.0, 10)
    assert not tools.reply_is_owed()
    tools.reply_ended("r")
    assert not tools.reply_is_owed()
    tools.answer("t2", "error", "{}", 1.0, 20)
    assert tools.busy
    assert (tools.reply_is_owed(), tools.reply_is_owed(), tools.busy) == (True, False, False)


def test_no_reply_is_owed_to_an_excused_one() -> None:
    tools = ToolCalls(8000)
    tools.run(CALL, 0)
    tools.excuse("r")
    tools.reply_ended("r")
    tools.answer("t1", "ok", "{}", 1.0, 10)
    assert (tools.reply_is_owed(), tools.busy) == (False, False)


def test_a_runner_that_never_returns_is_answered_for() -> None:
    tools = ToolCalls(8000)
    tools.run(CALL, 100)
    assert tools.deadline() == 8100 + GRACE_MS
    assert tools.settle(8099 + GRACE_MS) == []
    output = error_output("lookup took too long")
    assert tools.settle(8100 + GRACE_MS) == [
        CancelTool("t1"),
        Warned("tool_overdue", "the tool lookup never returned"),
        GiveToolResult("t1", output),
        ToolNoted("lookup", Words(CALL.arguments), Words(output), "timeout", 8000.0 + GRACE_MS),
    ]
    assert tools.deadline() is None


def test_at_the_end_of_the_call_open_tools_are_cancelled() -> None:
    tools = ToolCalls(8000)
    tools.run(CALL, 0)
    tools.opened(OTHER, 0, ours=True)
    commands = tools.cancel_all(50)
    assert [command for command in commands if isinstance(command, CancelTool)] == [CancelTool("t1")]
    assert [note.outcome for note in commands if isinstance(note, ToolNoted)] == ["cancelled", "cancelled"]
    assert not tools.busy


def test_there_is_no_transfer_without_a_target() -> None:
    assert [spec.name for spec in builtin_tools({})] == ["end_call"]


def test_an_error_is_json() -> None:
    assert json.loads(error_output('no "such" order')) == {"error": 'no "such" order'}
