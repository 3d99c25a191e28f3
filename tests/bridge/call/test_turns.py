from __future__ import annotations

from voiceagent.call.commands import CallerTurnNoted
from voiceagent.call.turns import PENDING_MS, SPEAKING_MS, CallerTurns
from voiceagent.discreet import Words

HI = Words("Hi there.")


def turns(audio_zero: float | None = 1000.0) -> CallerTurns:
    turns = CallerTurns(end_silence_ms=500)
    if audio_zero is not None:
        turns.audio_began(audio_zero)
    return turns


def test_speech_is_placed_on_our_clock_without_the_silence_that_ended_it() -> None:
    caller = turns()
    assert caller.started("u", 2000, now=3300) == 3000
    caller.stopped("u", 4500, now=5600)
    assert caller.transcribed("u", HI, now=6000) == [CallerTurnNoted("u", HI, 3000, 5000)]


def test_latency_counts_from_the_end_of_speech_once() -> None:
    caller = turns()
    caller.started("u", 2000, now=3000)
    caller.stopped("u", 4500, now=5500)
    assert caller.latency(5900) == 900
    assert caller.latency(6900) is None


def test_speaking_again_withdraws_the_end() -> None:
    caller = turns()
    caller.started("u", 0, now=1000)
    caller.stopped("u", 1500, now=2500)
    caller.started("u2", 1600, now=2600)
    assert caller.latency(2700) is None


def test_audio_that_was_kept_back_is_older_than_its_sending() -> None:
    caller = turns(audio_zero=5000)  # four seconds of audio went out at once
    assert caller.started("u", 3000, now=5010) == 5010
    caller.stopped("u", 4000, now=5020)
    assert caller.transcribed("u", HI, now=5030) == [CallerTurnNoted("u", HI, 5010, 5010)]
    caller = turns(audio_zero=5000)
    caller.started("u", 3000, now=5010)
    assert caller.started("u2", 4000, now=6010) == 6010


def test_without_caller_audio_the_time_of_the_event_must_do() -> None:
    caller = turns(audio_zero=None)
    assert caller.started("u", 2000, now=700) == 700
    caller.stopped("u", 4500, now=1500)
    assert caller.transcribed("u", HI, now=1600) == [CallerTurnNoted("u", HI, 700, 1000)]


def test_audio_that_never_reached_the_engine_puts_its_zero_later() -> None:
    caller = turns(audio_zero=1000)
    caller.audio_lost(2000)
    assert caller.started("u", 500, now=4000) == 3500
    caller = turns(audio_zero=None)
    caller.audio_lost(2000)
    assert caller.started("u", 500, now=4000) == 4000


def test_only_the_first_caller_frame_is_the_zero() -> None:
    caller = turns(audio_zero=100)
    caller.audio_began(900)
    assert caller.started("u", 1000, now=2000) == 1100


def test_a_text_is_noted_once_and_noise_never() -> None:
    caller = turns()
    caller.started("u", 0, now=1000)
    caller.stopped("u", 1000, now=2000)
    assert caller.transcribed("u", Words(" "), now=2100) == []
    assert len(caller.transcribed("u", HI, now=2200)) == 1
    assert caller.transcribed("u", HI, now=2300) == []


def test_a_text_without_speech_is_noted_at_its_own_time() -> None:
    assert turns().transcribed("u", HI, now=50) == [CallerTurnNoted("u", HI, 50, 50)]


def test_the_floor_is_the_engines_until_it_replies() -> None:
    caller = turns()
    states = [caller.state]
    caller.started("u", 0, now=1000)
    states.append(caller.state)
    caller.stopped("u", 1000, now=2000)
    states.append(caller.state)
    caller.reply_started()
    assert [*states, caller.state] == ["silent", "speaking", "pending", "silent"]
    assert caller.deadline() is None


def test_a_reply_does_not_take_the_floor_from_a_speaking_caller() -> None:
    caller = turns()
    caller.started("u", 0, now=1000)
    caller.reply_started()
    assert caller.state == "speaking"
    assert caller.deadline() == 1000 + SPEAKING_MS


def test_a_turn_that_is_never_answered_gives_the_floor_back() -> None:
    caller = turns()
    caller.stopped("u", 1000, now=2000)
    assert caller.deadline() == 2000 + PENDING_MS
    caller.settle(2000 + PENDING_MS - 1)
    assert caller.state == "pending"
    caller.settle(2000 + PENDING_MS)
    assert caller.state == "silent"


def test_a_turn_that_never_ends_gives_the_floor_back() -> None:
    caller = turns()
    caller.started("u", 0, now=0)
    caller.settle(SPEAKING_MS)
    assert caller.silent


def test_old_turns_are_forgotten() -> None:
    caller = turns()
    for number in range(1000):
        caller.started(f"u{number}", number, now=2000 + number)
    assert len(caller._turns) == 64


def test_the_onset_leaves_out_the_padding_the_engine_keeps_from_before_it() -> None:
    turns = CallerTurns(end_silence_ms=500, onset_padding_ms=400)
    turns.audio_began(1_000.0)
    assert turns.started("item", 2_000, 3_500.0) == 3_400.0
    assert turns.started("soon", 2_400, 3_600.0) == 3_600.0, "never later than when it was reported"
