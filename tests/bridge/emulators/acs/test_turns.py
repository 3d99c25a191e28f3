"""Turns, latencies and barge-ins, from what sounded and who spoke when."""

from __future__ import annotations

from base64 import b64encode

from fake_app import speech

from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.turns import TurnLog


class Scene:
    """An ear, a log and a clock that ticks every 20 ms."""

    def __init__(self) -> None:
        self.ear = Ear(24_000, keep_ms=60_000)
        self.diary = Diary(0)
        self.log = TurnLog(self.ear, self.diary, patience_ms=700)
        self.now = 0.0

    def agent(self, ms: float) -> None:
        self.ear.hears(b64encode(speech(ms)), self.now)

    def until(self, now: float) -> None:
        while self.now < now:
            self.now += 20
            self.log.tick(self.now)

    def lines(self) -> list[tuple[str, float]]:
        return [(line.kind, line.at_ms) for line in self.diary.lines]


def test_a_turn_ends_after_the_callers_patience() -> None:
    scene = Scene()
    scene.agent(500)
    scene.until(1_180)
    assert scene.lines() == [("agent_begins", 0)]
    scene.until(1_200)
    assert scene.lines() == [("agent_begins", 0), ("agent_heard", 0)]
    (turn,) = scene.log.turns
    assert (turn.start_ms, turn.end_ms, turn.heard_ms, turn.latency_ms, turn.interrupted) == (0, 500, 500, None, False)


def test_latency_counts_from_the_last_word_to_the_first_sound() -> None:
    scene = Scene()
    scene.log.caller_speaks(100, 1_000)
    scene.until(1_400)
    scene.agent(300)
    scene.until(3_000)
    assert [turn.latency_ms for turn in scene.log.turns] == [400]


def test_only_the_first_turn_after_the_caller_answers_the_caller() -> None:
    scene = Scene()
    scene.log.caller_speaks(0, 100)
    scene.until(500)
    scene.agent(300)
    scene.until(3_000)
    scene.agent(300)
    scene.until(5_000)
    assert [turn.latency_ms for turn in scene.log.turns] == [400, None]


def test_a_pause_shorter_than_the_patience_is_within_the_turn() -> None:
    scene = Scene()
    scene.agent(200)
    scene.until(800)
    scene.agent(200)
    scene.until(3_000)
    (turn,) = scene.log.turns
    assert (turn.end_ms, turn.heard_ms) == (1_000, 400)


def test_an_answer_right_after_the_caller_is_a_turn_of_its_own() -> None:
    scene = Scene()
    scene.agent(200)
    scene.until(200)
    scene.log.caller_speaks(300, 500)
    scene.until(600)
    scene.agent(200)
    scene.until(2_000)
    assert [(turn.start_ms, turn.latency_ms) for turn in scene.log.turns] == [(0, None), (600, 100)]


def test_an_agent_who_speaks_before_the_caller_has_finished_has_no_latency() -> None:
    scene = Scene()
    scene.log.caller_speaks(0, 1_000)
    scene.until(500)
    scene.agent(100)
    scene.until(3_000)
    assert [turn.latency_ms for turn in scene.log.turns] == [None]


def test_speaking_over_the_agent_is_measured_until_the_ear_is_silent() -> None:
    scene = Scene()
    scene.agent(3_000)
    scene.until(480)
    scene.log.caller_speaks(500, 900)
    scene.until(600)
    scene.ear.stop(620)
    scene.until(2_000)
    assert [(one.at_ms, one.stop_ms, one.cut) for one in scene.log.barge_ins] == [(500, 120, True)]
    assert scene.log.turns[0].interrupted
    assert ("barge_in", 500) in scene.lines()


def test_an_agent_who_does_not_stop_is_measured_to_the_end() -> None:
    scene = Scene()
    scene.agent(2_000)
    scene.until(480)
    scene.log.caller_speaks(500, 900)
    scene.until(3_000)
    assert [(one.stop_ms, one.cut) for one in scene.log.barge_ins] == [(1_500, False)]


def test_speaking_into_silence_is_no_barge_in() -> None:
    scene = Scene()
    scene.agent(200)
    scene.until(400)
    scene.log.caller_speaks(500, 900)
    scene.until(2_000)
    assert scene.log.barge_ins == []


def test_a_pressed_key_is_answered_but_interrupts_nobody() -> None:
    scene = Scene()
    scene.agent(1_000)
    scene.until(500)
    scene.log.caller_speaks(500, 500)
    scene.until(1_500)
    scene.agent(100)
    scene.until(3_000)
    assert scene.log.barge_ins == []
    assert [turn.latency_ms for turn in scene.log.turns] == [None, 1_000]


def test_what_is_open_when_the_call_ends_is_closed_there() -> None:
    scene = Scene()
    scene.agent(5_000)
    scene.until(480)
    scene.log.caller_speaks(490, 2_000)
    scene.until(1_000)
    scene.log.finish(1_000)
    assert scene.log.turns[0].end_ms == 1_000
    assert [one.stop_ms for one in scene.log.barge_ins] == [510]
    assert scene.lines()[-1] == ("agent_heard", 0)
