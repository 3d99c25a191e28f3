from __future__ import annotations

import pytest

from voiceagent.call.commands import AgentTurnNoted, CancelReply, DropAudioOf, StopPlayback, TruncateItem
from voiceagent.call.interrupt import cut_off, cut_point
from voiceagent.call.playback import Playback
from voiceagent.call.speech import Speech
from voiceagent.discreet import Words


def two_items() -> tuple[Speech, Playback]:
    """The first is being heard, the second waits in the lane."""
    playback = Playback()
    speech = Speech(playback)
    for item in ("a", "b"):
        playback.arrived("r", item, 100)
        speech.audio_began("r", item)
    playback.handed_over("a", 100, 0)
    speech.playback_began("a", None, 0)
    return speech, playback


def test_everything_unheard_is_undone_in_order_of_urgency() -> None:
    speech, playback = two_items()
    assert cut_point(speech, playback, 40.7, truncate=True) == 40.7
    assert cut_point(speech, playback, 40.7, truncate=False) == 40.7
    assert cut_off(speech, playback, "r", 40.7, cancel=True, truncate=True) == [
        StopPlayback(),
        DropAudioOf("r"),
        CancelReply("r"),
        TruncateItem("a", 40),
        TruncateItem("b", 0),
        AgentTurnNoted("a", Words(""), 0, 40.7, True, 40.7, None),
    ]
    assert not playback.audible(40.7)


def test_an_engine_is_not_told_of_items_that_another_one_said() -> None:
    speech, playback = two_items()
    speech.engine_changed()
    speech.audio_began("r2", "c")
    playback.arrived("r2", "c", 100)
    commands = cut_off(speech, playback, None, 40, cancel=True, truncate=True)
    assert [command for command in commands if isinstance(command, TruncateItem)] == [TruncateItem("c", 0)]


def test_what_the_engine_said_in_the_meantime_is_not_in_its_memory() -> None:
    """It answers with an error when it is told to shorten what it did not keep."""
    playback = Playback()
    speech = Speech(playback)
    speech.announced("r", "interim_1", remembered=False)
    playback.arrived("r", "interim_1", 100)
    speech.audio_began("r", "interim_1")
    commands = cut_off(speech, playback, "r", 0, cancel=False, truncate=True)
    assert commands == [StopPlayback(), DropAudioOf("r")]


def test_a_reply_that_is_complete_is_not_cancelled() -> None:
    speech, playback = two_items()
    speech.reply_ended("r")
    commands = cut_off(speech, playback, None, 40, cancel=True, truncate=False)
    assert [type(command).__name__ for command in commands] == ["StopPlayback", "AgentTurnNoted"]


def test_a_reply_we_never_saw_begin_is_dropped_too() -> None:
    speech, playback = two_items()
    commands = cut_off(speech, playback, "r2", 40, cancel=True, truncate=False)
    assert commands[:4] == [StopPlayback(), DropAudioOf("r2"), DropAudioOf("r"), CancelReply("r2")]


def test_of_two_items_back_to_back_the_one_being_heard_counts() -> None:
    speech, playback = two_items()
    playback.handed_over("b", 100, 0)
    speech.playback_began("b", None, 0)
    assert cut_point(speech, playback, 40, truncate=True) == 40
    assert cut_point(speech, playback, 130, truncate=True) == 30


def test_a_silent_reply_is_dropped_without_stopping_a_playback_that_is_none() -> None:
    assert cut_off(Speech(Playback()), Playback(), "r", 0, cancel=False, truncate=True) == [DropAudioOf("r")]


def test_nothing_said_is_nothing_to_undo() -> None:
    speech, playback = Speech(Playback()), Playback()
    assert cut_off(speech, playback, None, 0, cancel=True, truncate=True) == []
    assert cut_point(speech, playback, 0, truncate=True) == 0


def test_an_item_of_which_nothing_arrived_is_not_truncated() -> None:
    playback = Playback()
    speech = Speech(playback)
    speech.announced("r", "i")
    assert cut_off(speech, playback, None, 0, cancel=True, truncate=True) == [DropAudioOf("r")]


@pytest.mark.parametrize(("heard_ms", "cut_ms"), [(980, 980), (460, 400), (461, 461), (60, 0), (1000, 1000)])
def test_for_a_whole_word_it_goes_back_a_moment_and_no_further(heard_ms: float, cut_ms: int) -> None:
    playback = Playback()
    speech = Speech(playback)
    speech.audio_began("r", "i")
    playback.arrived("r", "i", 1200)
    playback.handed_over("i", 1200, 0)
    for end in (400, 1000):
        speech.word_timed("i", end)
    assert cut_point(speech, playback, heard_ms, truncate=True) == cut_ms
    assert TruncateItem("i", cut_ms) in cut_off(speech, playback, None, heard_ms, cancel=True, truncate=True)
