"""Keys that mean something: a menu, an entry for the model, an entry for a tool."""

from __future__ import annotations

from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import KeyAction, KeyPolicy
from voiceagent.discreet import Words
from voiceagent.testing.factories import opening, session_settings
from voiceagent.testing.rehearsal import Rehearsal

MENU = {
    "0": KeyAction(transfer="sales", say="I will connect you."),
    "1": KeyAction(say="We open at nine."),
    "2": KeyAction(tool="lookup_order", arguments={"order_id": "4271"}),
    "9": KeyAction(end_call=True),
    "5": KeyAction(),
}


def press(keys: str, *, until: float = 6000, after: list[e.Event] | None = None, **policy: Any) -> list[c.Command]:
    """What goes out when these keys are pressed, 100 ms apart from 1 s on."""
    call = Rehearsal(session_settings(keys=KeyPolicy(**policy), silence_after_ms=None))
    call.start()
    call.play(opening())
    first = len(call.log)
    for number, key in enumerate(keys):
        call.happens(1000 + number * 100, e.KeyPressed(key))
    call.pass_until(until)
    for event in after or []:
        call.happens(until, event)
    return [command for _, command in call.log[first:] if not isinstance(command, c.KeyNoted)]


def pressed(keys: str) -> c.AddUserText:
    return c.AddUserText(Words(f"The caller pressed {keys} on the keypad."))


def test_an_entry_is_told_to_the_model_which_answers() -> None:
    assert press("42#") == [pressed("4 2"), c.AskForReply()]


def test_a_key_of_the_menu_says_its_words() -> None:
    assert press("1", menu=MENU) == [pressed("1"), c.AskForReply(exactly=Words("We open at nine."))]


def test_a_number_that_begins_like_the_menu_is_a_number() -> None:
    assert press("12", menu=MENU) == [pressed("1 2"), c.AskForReply()]


def test_a_key_of_the_menu_calls_a_human_after_its_words() -> None:
    spoken = [e.ReplyStarted("r1"), e.ReplyEnded("r1", "completed"), e.TimePassed()]
    out = press("0", menu=MENU, until=2000, after=spoken)
    assert out[:2] == [pressed("0"), c.AskForReply(exactly=Words("I will connect you."))]
    assert isinstance(out[2], c.AddToolCall)
    assert (out[2].name, out[2].tool_call_id) == ("request_transfer", "keys-1")
    assert c.TransferCaller("sales", Words("the caller pressed 0"), 20) in out


def test_a_key_of_the_menu_calls_a_human_at_once_when_it_has_no_words() -> None:
    out = press("0", menu={"0": KeyAction(transfer="sales")}, until=1800)
    assert c.TransferCaller("sales", Words("the caller pressed 0"), 20) in out


def test_a_key_of_the_menu_runs_a_tool_and_the_model_speaks_about_its_result() -> None:
    result = e.ToolReturned("keys-1", "ok", '{"status":"packed"}', 5.0)
    out = press("2", menu=MENU, after=[result])
    arguments = '{"order_id": "4271"}'
    assert out[:3] == [
        pressed("2"),
        c.AddToolCall("keys-1", "lookup_order", arguments),
        c.RunTool("keys-1", "lookup_order", arguments, 8000),
    ]
    assert out[3] == c.GiveToolResult("keys-1", '{"status":"packed"}')
    assert out[-1] == c.AskForReply()


def test_a_key_of_the_menu_ends_the_call() -> None:
    assert c.HangUp("agent_ended") in press("9", menu=MENU)


def test_a_key_that_only_stands_in_the_menu_is_told_to_the_model_sooner() -> None:
    assert press("5", menu=MENU, until=1800) == [pressed("5"), c.AskForReply()]


def test_an_entry_may_go_to_a_tool() -> None:
    out = press("4271#", to="tool", tool="lookup_order")
    assert out == [
        c.AddToolCall("keys-1", "lookup_order", '{"keys": "4271"}'),
        c.RunTool("keys-1", "lookup_order", '{"keys": "4271"}', 8000),
    ]


def test_an_entry_may_go_to_nobody() -> None:
    assert press("4271#", to="nobody") == []


def test_the_service_is_asked_to_recognise_keys_once() -> None:
    call = Rehearsal(session_settings(keys=KeyPolicy(recognise=True)))
    call.start()
    call.play(opening())
    call.happens(10, e.CallConnected())
    assert [command for _, command in call.log].count(c.RecogniseKeys()) == 1


def test_keys_that_come_before_the_engine_count_once_it_is_there() -> None:
    call = Rehearsal(session_settings(keys=KeyPolicy(menu=MENU), silence_after_ms=None))
    call.start()
    call.happens(0, e.CallAnswered())
    call.happens(100, e.MediaOpened(24_000))
    call.happens(500, e.KeyPressed("1"))
    call.pass_until(5000)
    out = call.happens(6000, e.EngineReady("s1"))
    assert [one for one in out if isinstance(one, c.EngineCommand)] == [
        pressed("1"),
        c.AskForReply(exactly=Words("We open at nine.")),
    ]
