"""Hiding twice is hiding once, and what was hidden then compares equal to what is hidden now."""

from __future__ import annotations

from voiceagent.call.commands import AskForReply, GiveToolResult, RunTool
from voiceagent.discreet import Words
from voiceagent.replay.masked import Masked

ORDER = {"type": "response.create", "response": {"instructions": "Say the following: Hello 42"}}


def test_words_are_hidden_when_those_of_the_capture_are() -> None:
    command = AskForReply(exactly=Words("Hello, Ann."))
    assert Masked("redacted").thing(command)["fields"]["exactly"] == "xxxxx, xxx."
    assert Masked("full").thing(command)["fields"]["exactly"] == "Hello, Ann."


def test_what_is_hidden_already_stays_as_it_is() -> None:
    masked = Masked("redacted")
    for thing in (
        AskForReply(exactly=Words("Call +14255550100.")),
        GiveToolResult("c", '{"name": "Ann", "n": 5}'),
        RunTool("c", "find", '{"target": "sales", "to": "+14255550100"}', 5),
    ):
        once = masked.thing(thing)
        assert masked.again(once) == once


def test_pseudonyms_of_another_key_are_kept() -> None:
    shown = {"type": "Warned", "fields": {"code": "c", "sentence": "+01234567890 left"}}
    assert Masked("redacted").again(shown) == shown


def test_words_inside_an_order_to_the_engine_are_hidden_too() -> None:
    assert Masked("redacted").frame(ORDER)["response"]["instructions"] == "xxx xxx xxxxxxxxx: xxxxx 00"
    assert Masked("full").frame(ORDER) == ORDER
