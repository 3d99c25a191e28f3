"""The caller's manners: waits, speaks, interrupts when told to, presses keys, keeps silent, hangs up."""

from __future__ import annotations

from base64 import b64encode

from fake_app import speech

from voiceagent.emulators.acs.caller import KEY_EVERY_MS, Caller
from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.script import Dtmf, Interrupt, Say, Silence, Step, Utterance, Wav, frames_of
from voiceagent.emulators.acs.turns import TurnLog

RATE = 24_000


def words(ms: float = 200) -> Utterance:
    pcm = speech(ms)
    return Utterance("hello", pcm, frames_of(pcm, RATE), 0, ms)


class Scene:
    """A caller with an ear, ticked every 20 ms; `said` is when each frame was spoken."""

    def __init__(self, *steps: Step, ready: bool = True) -> None:
        self.ear = Ear(RATE, keep_ms=60_000)
        self.diary = Diary(0)
        self.turns = TurnLog(self.ear, self.diary, patience_ms=700)
        self.words: dict[int, Utterance] = {}
        if ready:
            self.words = {index: words() for index, step in enumerate(steps) if isinstance(step, Say | Interrupt | Wav)}
        self.steps = list(steps)
        self.caller = Caller(self.steps, self.words, ear=self.ear, turns=self.turns, diary=self.diary, options=NetworkOptions())
        self.caller.connected(0)
        self.now = 0.0
        self.said: list[float] = []

    def agent(self, ms: float) -> None:
        self.ear.hears(b64encode(speech(ms)), self.now)

    def until(self, now: float) -> None:
        while self.now < now:
            self.now += 20
            self.turns.tick(self.now)
            if self.caller.tick(self.now) is not None:
                self.said.append(self.now)

    @property
    def starts(self) -> list[float]:
        """When each utterance began."""
        return [at for at, _ in self.caller.spoken]


def test_the_greeting_is_heard_out_before_the_first_words() -> None:
    scene = Scene(Say("hello"))
    scene.agent(1_000)
    scene.until(3_000)
    assert scene.starts == [1_700]
    assert scene.said == [1_700 + 20 * n for n in range(10)]


def test_the_caller_speaks_first_when_nobody_greets() -> None:
    scene = Scene(Say("hello"))
    scene.until(5_000)
    assert scene.starts == [4_000]
    assert [line.kind for line in scene.diary.lines] == ["agent_silent", "step", "caller_speaks"]


def test_a_late_greeting_is_still_heard_out() -> None:
    scene = Scene(Say("hello"))
    scene.until(3_900)
    scene.agent(1_000)
    scene.until(6_000)
    assert scene.starts == [5_600]


def test_each_step_waits_for_the_answer_to_the_one_before() -> None:
    scene = Scene(Say("one"), Say("two"))
    scene.agent(100)
    scene.until(2_000)
    scene.agent(500)
    scene.until(5_000)
    assert scene.starts == [800, 3_200]


def test_an_agent_who_does_not_answer_is_given_up_after_a_while() -> None:
    scene = Scene(Say("one"), Say("two"))
    scene.agent(100)
    scene.until(15_000)
    assert scene.starts == [800, 13_000]
    assert [line.facts["waited_ms"] for line in scene.diary.all("agent_silent")] == [12_000]


def test_audio_that_is_queued_behind_a_pause_is_waited_for() -> None:
    scene = Scene(Say("hello"))
    scene.ear.hears(b64encode(speech(100) + bytes(48 * 1_500) + speech(100)), 0)
    scene.until(4_000)
    assert scene.starts == [2_400]


def test_an_interruption_begins_so_long_after_the_agents_turn_began() -> None:
    scene = Scene(Interrupt("stop", 600))
    scene.until(500)
    scene.agent(5_000)
    scene.until(2_000)
    assert scene.starts == [1_100]


def test_an_interruption_follows_the_answer_to_what_was_said() -> None:
    scene = Scene(Say("one"), Interrupt("stop", 300))
    scene.agent(100)
    scene.until(1_500)
    scene.agent(3_000)
    scene.until(3_000)
    assert scene.starts == [800, 1_800]


def test_an_interruption_of_nobody_happens_in_the_end() -> None:
    scene = Scene(Say("one"), Interrupt("stop", 300))
    scene.agent(100)
    scene.until(15_000)
    assert scene.starts == [800, 13_000]


def test_the_rest_of_an_interrupted_turn_is_not_taken_for_the_answer() -> None:
    scene = Scene(Interrupt("stop", 200), Say("two"))
    scene.agent(5_000)
    scene.until(300)
    scene.ear.stop(300)
    scene.until(2_000)
    assert scene.starts == [200]
    scene.agent(200)
    scene.until(4_000)
    assert scene.starts == [200, 2_900]


def test_keys_are_pressed_one_after_the_other() -> None:
    scene = Scene(Dtmf("12#"))
    scene.agent(100)
    pressed: list[tuple[float, str]] = []
    while scene.now < 3_000:
        scene.until(scene.now + 20)
        pressed += [(scene.now, key) for key in scene.caller.keys]
        scene.caller.keys.clear()
    assert [key for _, key in pressed] == ["1", "2", "#"]
    assert pressed[1][0] - pressed[0][0] in (KEY_EVERY_MS, KEY_EVERY_MS + 10)


def test_silence_is_kept_and_needs_no_answer_before_the_next_step() -> None:
    scene = Scene(Silence(1_000), Say("hello"))
    scene.agent(100)
    scene.until(4_000)
    assert scene.starts == [800 + 1_000 + 700]


def test_words_that_are_not_ready_are_waited_for() -> None:
    scene = Scene(Say("hello"), ready=False)
    scene.agent(100)
    scene.until(2_000)
    scene.words[0] = words()
    scene.until(2_100)
    assert scene.starts == [2_020]


def test_the_call_is_over_when_the_last_answer_has_been_heard_out() -> None:
    scene = Scene(Say("hello"))
    scene.agent(100)
    scene.until(1_500)
    assert not scene.caller.has_finished(1_500)
    scene.agent(100)
    scene.until(3_080)
    assert not scene.caller.has_finished(3_080)
    assert scene.caller.has_finished(3_100)


def test_a_caller_without_a_script_hears_the_greeting_and_leaves() -> None:
    scene = Scene()
    scene.agent(1_000)
    scene.until(2_000)
    assert not scene.caller.has_finished(2_000)
    assert scene.caller.has_finished(2_500)


def test_on_hold_the_caller_neither_speaks_nor_leaves() -> None:
    scene = Scene(Say("hello"))
    scene.agent(100)
    scene.caller.on_hold = True
    scene.until(20_000)
    assert scene.starts == []
    assert not scene.caller.has_finished(20_000)


def test_after_the_hold_the_agent_is_expected_to_explain() -> None:
    scene = Scene(Say("hello"))
    scene.agent(100)
    scene.caller.on_hold = True
    scene.until(5_000)
    scene.caller.resumed(5_000)
    scene.until(6_000)
    scene.agent(500)
    scene.until(8_000)
    assert scene.starts == [7_200]


def test_a_recording_can_interrupt() -> None:
    scene = Scene(Wav(b"", RATE, after_ms=300))
    scene.agent(2_000)
    scene.until(1_000)
    assert scene.starts == [300]


def test_steps_may_come_later_and_are_numbered() -> None:
    scene = Scene(Dtmf("1"))
    scene.agent(500)
    scene.until(2_000)
    assert scene.caller.has_finished(20_000)
    scene.steps.append(Silence(100))
    scene.until(20_000)
    assert [(line.facts["number"], line.facts["does"]) for line in scene.diary.all("step")] == [(1, "dtmf"), (2, "silence")]


def test_a_recording_can_be_more_or_less_patient_than_the_caller() -> None:
    for pause_ms in (200, 2_000):
        scene = Scene(Wav(b"", RATE, pause_ms=pause_ms))
        scene.agent(1_000)
        scene.until(5_000)
        assert scene.starts == [1_000 + pause_ms]
