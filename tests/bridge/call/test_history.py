from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import history
from voiceagent.call.events import ToolCalled
from voiceagent.call.history import History
from voiceagent.discreet import Words


def caller(text: str, start: float) -> c.CallerTurnNoted:
    return c.CallerTurnNoted(f"u{start}", Words(text), start, start + 500)


def agent(text: str, start: float) -> c.AgentTurnNoted:
    return c.AgentTurnNoted(f"i{start}", Words(text), start, start + 500, False, 500, None)


def test_turns_are_told_in_the_order_in_which_they_began() -> None:
    told = History()
    told.went_out([agent("Hello.", 0), agent("It is on its way.", 3000)])
    told.went_out([caller("Where is my order?", 1000), c.StopPlayback()])
    assert told.told() == [
        c.AddAgentText(Words("Hello.")),
        c.AddUserText(Words("Where is my order?")),
        c.AddAgentText(Words("It is on its way.")),
    ]


def test_a_tool_call_and_its_result_stay_together_however_late_the_result_is() -> None:
    told = History()
    told.now = 1000
    for _ in range(2):
        told.called(ToolCalled("r", "i", "t1", "lookup", '{"a":1}'))
    told.went_out([agent("One moment.", 2000)])
    told.now = 3000
    told.went_out([c.GiveToolResult("t1", '{"b":2}'), c.GiveToolResult("unknown", "{}")])
    assert told.told() == [
        c.AddToolCall("t1", "lookup", '{"a":1}'),
        c.GiveToolResult("t1", '{"b":2}'),
        c.AddAgentText(Words("One moment.")),
    ]


def test_what_was_written_or_typed_is_told_once() -> None:
    told = History()
    told.now = 500
    written = c.CallerTurnNoted("written-1", Words("Hi"), 500, 500)
    told.went_out([written, c.AddUserText(Words("Hi")), c.AddToolCall("k1", "menu", "{}"), c.GiveToolResult("k1", "{}")])
    assert told.told() == [c.AddUserText(Words("Hi")), c.AddToolCall("k1", "menu", "{}"), c.GiveToolResult("k1", "{}")]


def test_what_the_agent_is_saying_comes_last_and_silence_is_not_told() -> None:
    told = History()
    told.went_out([agent(" ", 0)])
    assert told.told([Words("I am just"), Words("")]) == [c.AddAgentText(Words("I am just"))]


def test_the_oldest_is_forgotten() -> None:
    told = History()
    for number in range(history.MOST_RECORDS + 5):
        told.now = number
        told.called(ToolCalled("r", "i", f"t{number}", "lookup", "{}"))
    told.went_out([c.GiveToolResult("t0", "{}")])
    assert len(told.told()) == history.MOST_RECORDS
    assert told.told()[0] == c.AddToolCall("t5", "lookup", "{}")
