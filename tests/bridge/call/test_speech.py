from __future__ import annotations

import pytest

from voiceagent.call.commands import AgentSpeechBegan, AgentTurnNoted
from voiceagent.call.playback import Playback
from voiceagent.call.speech import Speech, cut_words
from voiceagent.discreet import Words


def speaking(*, ms: float = 100, text: str = "one two three four") -> tuple[Speech, Playback]:
    """An item whose audio was handed over at 0 and is being heard."""
    playback = Playback()
    speech = Speech(playback)
    speech.announced("r", "i")
    playback.arrived("r", "i", ms)
    speech.audio_began("r", "i")
    speech.words_arrived("i", Words(text))
    playback.handed_over("i", ms, 0)
    assert speech.playback_began("i", 700, 0) == [AgentSpeechBegan("i", 700)]
    return speech, playback


def test_an_item_is_over_when_it_was_heard_not_when_it_was_sent() -> None:
    speech, _ = speaking()
    speech.audio_ended("i")
    assert speech.settle(99) == []
    assert speech.deadline() == 100
    turn = AgentTurnNoted("i", Words("one two three four"), 0, 100, False, 100, 700)
    assert speech.settle(100) == [turn]
    assert not speech.busy


def test_an_item_goes_on_until_the_engine_has_sent_all_of_it() -> None:
    speech, _ = speaking()
    assert speech.deadline() is None
    assert speech.settle(1000) == []
    speech.reply_ended("r")
    assert [note.end_ms for note in speech.settle(1000)] == [100]  # type: ignore[attr-defined]


def test_an_interrupted_item_ends_with_the_words_that_were_heard() -> None:
    speech, _ = speaking()
    turn = AgentTurnNoted("i", Words("one two"), 0, 50, True, 50, 700)
    assert speech.stop(50) == [turn]
    assert not speech.busy


def test_the_whole_text_replaces_its_pieces() -> None:
    speech, _ = speaking(text="one tw")
    speech.words_ended("i", Words("one two"))
    speech.audio_ended("i")
    assert [note.text for note in speech.settle(100)] == ["one two"]  # type: ignore[attr-defined]


def test_an_item_that_was_never_heard_leaves_no_note() -> None:
    playback = Playback()
    speech = Speech(playback)
    speech.announced("r", "queued")
    playback.arrived("r", "queued", 100)
    speech.audio_began("r", "queued")
    speech.announced("r", "announced")
    assert speech.stop(10) == []
    assert not speech.busy


def test_a_reply_that_ends_without_audio_leaves_no_note() -> None:
    speech = Speech(Playback())
    speech.announced("r", "i")
    speech.reply_ended("r")
    assert speech.settle(0) == []
    assert not speech.busy


def test_an_item_begins_when_the_one_before_it_has_been_heard() -> None:
    speech, playback = speaking()
    playback.arrived("r", "j", 100)
    speech.audio_began("r", "j")
    playback.handed_over("j", 100, 20)
    speech.playback_began("j", None, 20)
    speech.reply_ended("r")
    speech.settle(100)
    assert [(note.start_ms, note.end_ms) for note in speech.settle(200)] == [(100, 200)]  # type: ignore[attr-defined]


def test_an_item_stopped_before_its_beginning_was_not_heard() -> None:
    speech, playback = speaking()
    playback.arrived("r", "j", 100)
    speech.audio_began("r", "j")
    playback.handed_over("j", 100, 20)
    speech.playback_began("j", None, 20)
    assert [note.item_id for note in speech.stop(50)] == ["i"]  # type: ignore[attr-defined]


def test_playback_begins_once() -> None:
    speech, _ = speaking()
    assert not speech.begins("i")
    assert speech.playback_began("i", None, 20) == []
    assert speech.playback_began("unknown", None, 20) == []


def test_audio_may_begin_without_an_announcement() -> None:
    speech = Speech(Playback())
    speech.audio_began("r", "i")
    assert speech.begins("i")


def test_late_events_of_an_item_that_is_over_are_recognised() -> None:
    speech, _ = speaking()
    speech.stop(50)
    speech.announced("r", "i")
    speech.audio_began("r", "i")
    speech.words_arrived("i", Words("five"))
    speech.words_ended("i", Words("five"))
    speech.audio_ended("i")
    assert not speech.busy


def test_a_dropped_reply_says_nothing_more() -> None:
    speech = Speech(Playback())
    speech.drop("r")
    assert speech.announced("r", "late") is None
    assert not speech.busy


@pytest.mark.parametrize(
    ("share", "heard"),
    [
        (0, ""),
        (0.1, ""),
        (0.3, "one"),
        (0.5, "one two"),
        (0.99, "one two three"),
        (1, "one two three four"),
        (2, "one two three four"),
    ],
)
def test_words_are_cut_between_words(share: float, heard: str) -> None:
    assert cut_words("one two three four", share) == heard


def test_where_the_engine_tells_when_words_end_half_a_word_was_not_heard() -> None:
    speech, _ = speaking(ms=100)
    for end in (20, 45, 70, 95):
        speech.word_timed("i", end)
    speech.word_timed("unknown", 10)
    (item,) = speech.items()
    assert [item.whole_words(heard) for heard in (10, 45, 69)] == [0, 45, 45]
    (note,) = speech.stop(60)
    assert isinstance(note, AgentTurnNoted)
    assert (note.text.shown, note.heard_ms) == ("one two", 60)
