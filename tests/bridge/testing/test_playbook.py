from __future__ import annotations

import gc
import warnings

import pytest

from voiceagent.call.commands import (
    AgentSpeechBegan,
    AskForReply,
    CallerTurnNoted,
    ConfigureEngine,
    KeyNoted,
    PhaseNoted,
)
from voiceagent.call.events import CallAnswered, EngineReady, KeyPressed
from voiceagent.discreet import Words
from voiceagent.testing.factories import session_settings
from voiceagent.testing.playbook import ANY, At, Mismatch, Playbook, Same, show

GREET = AskForReply(exactly=Words("Hello."))


def test_a_call_that_goes_by_the_book_passes() -> None:
    book = Playbook(session_settings(greeting="Hello."))
    book.start(ConfigureEngine(ANY))
    book.at(100, EngineReady("s1"), PhaseNoted("engine_ready"))
    book.at(200, CallAnswered(), PhaseNoted("answered"), GREET)
    book.run()
    assert book.rehearsal.log[-1] == (200, GREET)


def test_a_difference_is_shown_with_its_words() -> None:
    book = Playbook(session_settings(greeting="Hello.")).start(ANY)
    book.at(100, EngineReady("s1"), PhaseNoted("engine_ready"))
    book.at(200, CallAnswered(), PhaseNoted("answered"), AskForReply(exactly=Words("Hi.")))
    with pytest.raises(Mismatch) as difference:
        book.run()
    lines = str(difference.value).splitlines()
    assert lines[0] == "at 200 ms, after CallAnswered() (- expected, + went out):"
    assert "  - AskForReply(exactly='Hi.', instructions=None)" in lines
    assert "  + AskForReply(exactly='Hello.', instructions=None)" in lines
    assert "    PhaseNoted(phase='answered')" in lines


def test_a_command_too_many_is_a_difference() -> None:
    with pytest.raises(Mismatch, match="went out"):
        Playbook(session_settings()).start(ANY).at(100, EngineReady("s1")).run()


def test_time_may_not_pass_unnoticed() -> None:
    book = Playbook(session_settings()).start(ANY)
    book.at(0, KeyPressed("1"), KeyNoted(Words("1")))
    book.at(90_000, KeyPressed("2"))
    with pytest.raises(Mismatch, match="by 90000 ms"):
        book.run()


def test_what_goes_out_by_itself_has_a_time() -> None:
    def book(at_ms: float) -> Playbook:
        book = Playbook(session_settings()).start(ANY)
        book.at(0, EngineReady("s1"), PhaseNoted("engine_ready"))
        book.at(0, CallAnswered(), PhaseNoted("answered"))
        book.audio(30, "r1", "i1", 20)
        return book.by(100, At(at_ms, PhaseNoted("first_audio")), AgentSpeechBegan("i1", None))

    book(40).run()
    with pytest.raises(Mismatch, match=r"- 60 ms PhaseNoted\(phase='first_audio'\)"):
        book(60).run()


def test_a_missing_command_by_itself_is_a_difference() -> None:
    book = Playbook(session_settings()).start(ANY).by(100, PhaseNoted("first_audio"))
    with pytest.raises(Mismatch, match=r"ANY PhaseNoted"):
        book.run()


def test_a_playbook_that_is_never_run_complains() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Playbook(session_settings()).start(ANY)
        gc.collect()
    assert [str(warning.message) for warning in caught] == ["a Playbook was written and never run"]


def test_a_placeholder_is_the_same_everywhere() -> None:
    item = Same("item")
    assert KeyNoted(Words("1")) != CallerTurnNoted(item, Words(""), 0, 0)  # type: ignore[arg-type]
    assert repr(item) == "<item>"
    assert AgentSpeechBegan("i1", None) == AgentSpeechBegan(item, None)  # type: ignore[arg-type]
    assert AgentSpeechBegan("i2", None) != AgentSpeechBegan(item, None)  # type: ignore[arg-type]
    assert (item.value, repr(item)) == ("i1", "<item='i1'>")


def test_words_are_shown() -> None:
    assert show(KeyNoted(Words("5"))) == "KeyNoted(key='5')"
