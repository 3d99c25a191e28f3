from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.call.commands import CancelTool, GiveToolResult, RunTool, ToolNoted, Warned
from voiceagent.call.events import ToolCalled
from voiceagent.call.policies import ToolPolicy
from voiceagent.call.tools import (
    FILLER_AGAIN_MS,
    GRACE_MS,
    ToolCalls,
    builtin_tools,
    error_output,
    parse_keys,
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


# --- bounds, fillers, calls that nobody of the engine's made


def bounded(**policy: Any) -> ToolCalls:
    return ToolCalls(8000, {"lookup": ToolPolicy(**policy)})


def test_a_tool_runs_no_oftener_than_it_may() -> None:
    tools = bounded(most_calls=1)
    assert isinstance(tools.run(CALL, 0)[0], RunTool)
    tools.answer("t1", "ok", "{}", 10.0, 10)
    given, noted = tools.run(OTHER, 20)
    assert isinstance(given, GiveToolResult)
    assert "was run once in this call" in given.output
    assert isinstance(noted, ToolNoted)
    assert noted.outcome == "error"


def test_a_tool_that_has_used_up_its_time_runs_no_more_and_before_that_only_so_long() -> None:
    tools = bounded(most_ms=5000)
    assert tools.run(CALL, 0) == [RunTool("t1", "lookup", CALL.arguments, 5000)]
    tools.answer("t1", "ok", "{}", 3000.0, 3000)
    assert tools.run(OTHER, 3000) == [RunTool("t2", "lookup", "{}", 2000)]
    tools.answer("t2", "timeout", "{}", 2000.0, 5000)
    assert "used up its time" in (tools.refusal("lookup") or "")


def test_a_filler_is_said_once_when_a_tool_takes_long_and_nobody_talks() -> None:
    tools = bounded(filler="One moment.", filler_after_ms=1000)
    tools.run(CALL, 0)
    assert tools.deadline() == 1000
    assert tools.filler(999, quiet=True) is None
    assert tools.filler(1000, quiet=False) is None
    assert tools.deadline() == 1000 + FILLER_AGAIN_MS
    assert tools.filler(1500, quiet=True) == "One moment."
    assert tools.filler(9000, quiet=True) is None


def test_one_filler_is_enough_for_tools_that_run_side_by_side() -> None:
    tools = bounded(filler="One moment.", filler_after_ms=1000)
    tools.run(CALL, 0)
    tools.run(OTHER, 0)
    assert tools.filler(1000, quiet=True) == "One moment."
    assert tools.deadline() == 8000 + GRACE_MS


def test_no_filler_for_a_tool_that_is_done() -> None:
    tools = bounded(filler="One moment.", filler_after_ms=1000)
    tools.run(CALL, 0)
    tools.answer("t1", "ok", "{}", 10.0, 10)
    assert tools.filler(2000, quiet=True) is None


def test_a_call_held_back_has_no_time_limit_until_it_runs() -> None:
    tools = ToolCalls(8000)
    assert tools.opened(CALL, 0, ours=True)
    assert tools.deadline() is None
    assert tools.start("t1", 60_000) == [RunTool("t1", "lookup", CALL.arguments, 8000)]
    assert tools.deadline() == 68_000 + GRACE_MS
    assert tools.start("t9", 0) == []


def test_after_a_call_of_the_callers_the_agent_goes_on_without_a_reply_that_ends() -> None:
    tools = ToolCalls(8000)
    tools.run(ToolCalled("keys-1", "", "keys-1", "lookup", "{}"), 0)
    assert not tools.reply_is_owed()
    tools.answer("keys-1", "ok", "{}", 1.0, 10)
    assert tools.reply_is_owed()


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        ('{"keys": "12#"}', "12#"),
        ('{"keys": ""}', None),
        ('{"keys": 12}', None),
        ('{"keys": "1x"}', None),
        (f'{{"keys": "{"1" * 37}"}}', None),
        ("[]", None),
        ("no", None),
    ],
)
def test_only_keys_of_a_telephone_are_sent(arguments: str, keys: str | None) -> None:
    assert parse_keys(arguments) == keys


def test_keys_may_be_sent_only_where_that_is_allowed() -> None:
    assert [spec.name for spec in builtin_tools({}, send_keys=True)] == ["send_keys", "end_call"]
    assert [spec.name for spec in builtin_tools({})] == ["end_call"]
