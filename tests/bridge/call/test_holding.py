"""Tools that wait for the caller: what is asked, what counts as an answer, and what nobody gets to see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.holding import LAST_TONE_MS, UNANSWERED_MS, UNHEARD_MS
from voiceagent.call.policies import SecretEntry, ToolPolicy
from voiceagent.discreet import Words
from voiceagent.testing.factories import caller_says, engine_setup, opening, session_settings, tool_call
from voiceagent.testing.rehearsal import Rehearsal

CANCEL = ToolPolicy(ask_first="Shall I cancel order {order_id}?")
QUESTION = c.AskForReply(exactly=Words("Shall I cancel order 4 2 7 1?"))
PIN = SecretEntry(prompt="Please type your PIN.", least=4, most=6, pause_ms=3000, first_key_ms=10_000)
PROMPT = c.AskForReply(exactly=Words("Please type your PIN."))
SILENT = c.ReviseEngine(turn_detection={"type": "server_vad", "create_response": False})
AGAIN = c.ReviseEngine(turn_detection={"type": "server_vad", "create_response": True})
RUN = c.RunTool("t1", "cancel_order", '{"order_id": "4271"}', 8000)


class Stage:
    """A call in which the model has called a tool that waits for the caller."""

    def __init__(self, policy: ToolPolicy = CANCEL, **changes: Any) -> None:
        tools = {"cancel_order": policy}
        self.call = Rehearsal(session_settings(tools=tools, silence_after_ms=None, **changes))
        self.call.start()
        self.call.play(opening())
        self.mark = 0
        self.call.play(tool_call("cancel_order", '{"order_id": "4271"}', reply_id="r1", tool_call_id="t1", at_ms=1000))

    def out(self, *kinds: type[c.Command]) -> list[c.Command]:
        """What went out since the last look, of these kinds."""
        found = [command for _, command in self.call.log[self.mark :] if isinstance(command, kinds)]
        self.mark = len(self.call.log)
        return found

    def ask(self, at_ms: float, *, reply: str = "q1", ms: float = 1000) -> None:
        """The engine says the question, and the caller begins to hear it."""
        self.call.happens(at_ms, e.ReplyStarted(reply))
        self.call.happens(at_ms, e.ReplyItemAdded(reply, f"i-{reply}", "speech"))
        self.call.audio(at_ms, reply, f"i-{reply}", ms)
        self.call.happens(at_ms, e.ReplyAudioEnded(reply, f"i-{reply}"))
        self.call.happens(at_ms, e.ReplyEnded(reply, "completed"))
        self.call.pass_until(at_ms + 100)

    def say(self, text: str, at_ms: float, *, item: str = "u1") -> None:
        self.call.play(caller_says(text, item_id=item, start_ms=at_ms, end_ms=at_ms + 500))

    def keys(self, kinds: str, at_ms: float) -> None:
        """`d` a digit, `#` the end key, `*` gives up; one each 200 ms."""
        names: dict[str, Any] = {"d": "digit", "#": "end", "*": "give_up"}
        for number, kind in enumerate(kinds):
            self.call.happens(at_ms + number * 200, e.HiddenKeyPressed(names[kind]))


def refused(commands: list[c.Command]) -> str:
    """The sentence the model is given in place of a result."""
    [given] = commands
    assert isinstance(given, c.GiveToolResult)
    return str(json.loads(given.output)["error"])


def test_a_question_is_asked_word_for_word_before_the_tool_runs() -> None:
    stage = Stage()
    assert stage.out(c.ReviseEngine, c.AskForReply, c.RunTool) == [SILENT, QUESTION]


def test_a_yes_lets_the_tool_run_and_the_engine_reply_again() -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    stage.say("Yes, please.", 2500)
    assert stage.out(c.ReviseEngine, c.RunTool, c.AskForReply, c.GiveToolResult) == [AGAIN, RUN]
    stage.call.happens(4000, e.ToolReturned("t1", "ok", '{"done":true}', 100.0))
    assert stage.out(c.GiveToolResult, c.AskForReply) == [c.GiveToolResult("t1", '{"done":true}'), c.AskForReply()]


@pytest.mark.parametrize(("words", "sentence"), [("No, stop.", "said no"), ("What does that cost?", "did not clearly say yes")])
def test_anything_else_is_told_to_the_model_and_nothing_runs(words: str, sentence: str) -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    stage.say(words, 2500)
    revised, given, noted, asked = stage.out(c.ReviseEngine, c.RunTool, c.GiveToolResult, c.ToolNoted, c.AskForReply)
    assert (revised, asked) == (AGAIN, c.AskForReply())
    assert sentence in refused([given])
    assert isinstance(noted, c.ToolNoted)
    assert noted.outcome == "cancelled"


def test_a_yes_to_something_else_before_the_question_does_not_count() -> None:
    stage = Stage()
    stage.say("Yes.", 1100, item="u0")
    stage.ask(3000)
    assert stage.out(c.RunTool, c.GiveToolResult) == []
    stage.say("Yes.", 4500)
    assert stage.out(c.RunTool) == [RUN]


def test_a_turn_that_began_before_the_question_does_not_count_though_its_words_come_later() -> None:
    stage = Stage()
    stage.call.happens(1100, e.CallerSpeechStarted("u0", 1100))
    stage.call.happens(1500, e.CallerSpeechStopped("u0", 1500))
    stage.call.happens(1500, e.CallerTurnCommitted("u0"))
    stage.ask(1600)
    stage.call.happens(2900, e.CallerTranscribed("u0", Words("yes")))
    assert stage.out(c.RunTool, c.GiveToolResult) == []


def test_a_cough_has_the_question_asked_once_more_and_then_no_more() -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    stage.say("", 2500)
    assert stage.out(c.AskForReply) == [QUESTION]
    stage.ask(4000, reply="q2")
    stage.say("", 5500, item="u2")
    assert "did not answer" in refused(stage.out(c.GiveToolResult))


def test_words_that_never_come_are_no_yes() -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    stage.call.happens(2500, e.CallerSpeechStarted("u1", 2500))
    stage.call.happens(3000, e.CallerTranscriptionFailed("u1", "x", "lost"))
    assert "did not clearly say yes" in refused(stage.out(c.GiveToolResult))


def test_silence_is_no_yes() -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    stage.call.pass_until(1200 + UNANSWERED_MS - 100)
    assert stage.out(c.GiveToolResult) == []
    stage.call.pass_until(1300 + UNANSWERED_MS)
    assert "did not answer" in refused(stage.out(c.GiveToolResult))


def test_a_question_nobody_hears_is_given_up() -> None:
    stage = Stage()
    stage.call.pass_until(1000 + UNHEARD_MS)
    assert "did not answer" in refused(stage.out(c.GiveToolResult))


def test_a_second_question_waits_for_the_first() -> None:
    stage = Stage()
    stage.out()
    stage.call.play(tool_call("cancel_order", "{}", reply_id="r2", tool_call_id="t2", at_ms=1100))
    assert "asked about something else" in refused(stage.out(c.GiveToolResult))


def test_who_writes_answers_in_writing() -> None:
    stage = Stage(in_writing=True)
    stage.ask(1200)
    stage.out()
    stage.call.happens(2500, e.CallerWrote(Words("yes")))
    assert stage.out(c.RunTool, c.AskForReply) == [RUN]


def test_an_engine_that_never_replies_by_itself_is_not_told_to_be_silent() -> None:
    setup = engine_setup(turn_detection={"type": "server_vad", "create_response": False})
    stage = Stage(setup=setup)
    stage.ask(1200)
    stage.say("Yes.", 2500)
    assert stage.out(c.ReviseEngine, c.RunTool, c.AskForReply) == [QUESTION, RUN]


def test_when_the_call_ends_the_tool_never_ran() -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    stage.call.happens(2500, e.CallerLeft("gone"))
    [noted] = stage.out(c.ToolNoted, c.RunTool, c.CancelTool)
    assert isinstance(noted, c.ToolNoted)
    assert noted.outcome == "cancelled"


def test_a_tool_that_has_had_its_share_is_not_asked_for() -> None:
    stage = Stage(ToolPolicy(ask_first="Sure?", most_calls=0))
    assert "may not run again" in refused(stage.out(c.GiveToolResult))
    assert stage.out(c.AskForReply) == []


# --- digits


def typing(**changes: Any) -> Stage:
    """A tool that wants digits has been called, and the caller hears the prompt."""
    stage = Stage(ToolPolicy(keys=PIN), **changes)
    stage.ask(1200, ms=2000)
    return stage


def run_with_keys() -> c.RunTool:
    return c.RunTool("t1", "cancel_order", '{"order_id": "4271"}', 8000, with_keys=True)


def test_keys_are_hidden_and_the_engine_is_deaf_before_the_prompt_is_said() -> None:
    stage = Stage(ToolPolicy(keys=PIN))
    assert stage.out(c.ReviseEngine, c.LegCommand, c.AskForReply) == [SILENT, c.HideKeys("#"), c.StopListening(), PROMPT]


def test_the_end_key_hands_the_digits_to_the_tool_and_the_last_tone_passes_unheard() -> None:
    stage = typing()
    stage.out()
    stage.keys("dddd#", 2000)
    assert stage.out(c.RunTool, c.ReviseEngine, c.HideKeys, c.ShowKeys, c.ListenAgain) == [AGAIN, run_with_keys()]
    stage.keys("#", 3000)
    stage.call.pass_until(2800 + LAST_TONE_MS)
    assert stage.out(c.RunTool, c.ShowKeys, c.ListenAgain) == [c.ShowKeys(), c.ListenAgain()]


def test_typing_interrupts_the_prompt() -> None:
    stage = typing()
    stage.out()
    stage.keys("d", 2000)
    assert c.StopPlayback() in stage.out(c.StopPlayback)


def test_the_last_possible_digit_ends_the_entry() -> None:
    stage = typing()
    stage.keys("dddddd", 2000)
    assert stage.out(c.RunTool) == [run_with_keys()]


def test_a_pause_ends_the_entry() -> None:
    stage = typing()
    stage.keys("dddd", 2000)
    stage.call.pass_until(2600 + 2999)
    assert stage.out(c.RunTool) == []
    stage.call.pass_until(2600 + 3000)
    assert stage.out(c.RunTool) == [run_with_keys()]


@pytest.mark.parametrize(
    ("keys", "sentence"), [("dd#", "enough digits"), ("d*", "did not want"), ("*", "did not want"), ("#", "typed nothing")]
)
def test_what_is_no_entry_is_told_to_the_model(keys: str, sentence: str) -> None:
    stage = typing()
    stage.out()
    stage.keys(keys, 2000)
    out = stage.out(c.RunTool, c.GiveToolResult)
    assert sentence in refused(out)


def test_a_caller_who_types_nothing_is_heard_again() -> None:
    stage = typing()
    stage.out()
    stage.call.pass_until(1220 + 10_000)
    assert "typed nothing" in refused(stage.out(c.GiveToolResult))
    stage.call.pass_until(1220 + 10_000 + LAST_TONE_MS)
    assert stage.out(c.ShowKeys, c.ListenAgain) == [c.ShowKeys(), c.ListenAgain()]


def test_the_engine_may_go_on_listening() -> None:
    entry = SecretEntry(prompt="Please type your PIN.", mute=False)
    stage = Stage(ToolPolicy(keys=entry))
    assert stage.out(c.LegCommand) == [c.HideKeys("#")]


def test_words_do_not_answer_a_question_for_digits() -> None:
    stage = typing()
    stage.out()
    stage.say("Yes, yes.", 3000)
    assert stage.out(c.RunTool, c.GiveToolResult) == []


def test_hidden_keys_that_nobody_waits_for_are_nothing() -> None:
    stage = Stage()
    stage.out()
    stage.keys("d#", 2000)
    assert stage.out(c.RunTool, c.GiveToolResult, c.AddUserText) == []


def test_an_answer_keeps_its_meaning_though_its_words_are_hidden() -> None:
    stage = Stage()
    stage.ask(1200)
    stage.out()
    said = stage.call.session.understood(e.CallerTranscribed("u1", Words("Yes, please.")))
    assert isinstance(said, e.CallerTranscribed)
    assert said.means == "yes"
    stage.call.happens(2500, e.CallerSpeechStarted("u1", 2500))
    stage.call.happens(3500, e.CallerTranscribed("u1", Words("xxx, xxxxxx."), said.means))
    assert stage.out(c.RunTool) == [RUN]


# --- tools of the engine's own

ASKED = e.ApprovalAsked("r1", "mcpr_1", "crm", "delete", '{"name": "Ann"}')


def approving(words: str) -> list[c.Command]:
    """What goes out when the caller answers the question before a tool of the engine's own."""
    stage = Stage.__new__(Stage)
    stage.mark = 0
    stage.call = Rehearsal(session_settings(approvals={"crm": "Delete {name}?"}, silence_after_ms=None))
    stage.call.start()
    stage.call.play(opening())
    stage.call.play([(1000, e.ReplyStarted("r1")), (1000, ASKED), (1000, e.ReplyEnded("r1", "completed"))])
    assert stage.out(c.AskForReply, c.AnswerApproval) == [c.AskForReply(exactly=Words("Delete Ann?"))]
    stage.ask(1200)
    stage.out()
    stage.say(words, 2500)
    return stage.out(c.AnswerApproval, c.GiveToolResult, c.RunTool, c.AskForReply)


def test_a_tool_of_the_engines_own_waits_for_a_yes_as_well() -> None:
    assert approving("Yes.") == [c.AnswerApproval("mcpr_1", True)]  # the result is still to come
    assert approving("No.") == [c.AnswerApproval("mcpr_1", False), c.AskForReply()]


def test_where_nobody_needs_to_be_asked_the_engine_may_at_once() -> None:
    call = Rehearsal(session_settings())
    call.start()
    call.play(opening())
    call.happens(1000, e.ReplyStarted("r1"))
    assert call.happens(1000, ASKED) == [c.AnswerApproval("mcpr_1", True)]
    assert call.happens(1000, e.ReplyEnded("r1", "completed")) == []


def test_it_is_the_callers_turn_when_the_question_was_heard_to_its_end() -> None:
    stage = Stage()
    assert not stage.call.session.callers_turn
    stage.ask(1200)
    assert not stage.call.session.callers_turn
    stage.call.pass_until(2600)
    assert stage.call.session.callers_turn
