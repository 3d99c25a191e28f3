"""The audio lane: what reaches the caller when, what is kept, what is dropped, and that all of it is counted."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, cast

import pytest

from voiceagent.call.events import (
    CallerAudioBegan,
    CallerAudioLost,
    CallerAudioReplayed,
    Event,
    PlaybackBegan,
    PlaybackDrained,
    ReplyAudioBegan,
)
from voiceagent.call.playback import Playback
from voiceagent.runtime.splice import AudioLane
from voiceagent.runtime.ticker import Ticker
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.legs import MemoryLeg
from voiceagent.testing.scripted import ScriptedEngine, silence


class StillLoop:
    """A loop whose timers never fire: the test ticks."""

    def time(self) -> float:
        return 0.0

    def call_at(self, when: float, callback: Any) -> Any:
        return None


class Beats(Ticker):
    """A ticker that can be asked how many it gives the beat."""

    @property
    def ticking(self) -> int:
        return len(self._ticked)


FRAME = silence(20, 24_000)


class Bench:
    def __init__(self, *, rate: int = 24_000, ahead_ms: float = 100, bound_ms: float = 60_000) -> None:
        self.clock = ManualClock()
        self.playback = Playback()
        self.events: list[Event] = []
        self.failures: list[Exception] = []
        self.leg = MemoryLeg(self.clock, rate)
        self.engine = ScriptedEngine(sample_rate=rate)
        self.rate = rate
        self.ticker = Beats(cast(asyncio.AbstractEventLoop, StillLoop()))
        self.lane = AudioLane(
            rate=rate,
            playback=self.playback,
            clock=self.clock,
            ahead_ms=ahead_ms,
            deliver=self.events.append,
            ticker=self.ticker,
            on_failure=self.failures.append,
            bound_ms=bound_ms,
        )

    def reply(self, ms: float, *, reply: str = "r1", item: str = "i1") -> None:
        self.lane.reply_audio(reply, item, silence(ms, self.rate))

    def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(20)
            self.lane.tick()


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.lane.attach_leg(made.leg)
    return made


async def test_a_reply_runs_ahead_of_the_ear_by_the_lead_and_no_more(bench: Bench) -> None:
    bench.reply(500)
    assert len(bench.leg.played) == 5
    bench.beat()
    assert len(bench.leg.played) == 6
    bench.beat(19)
    assert len(bench.leg.played) == 25
    assert bench.leg.payloads() == [FRAME] * 25
    assert bench.lane.agent_out == 25


async def test_the_session_learns_of_audio_playback_and_its_end(bench: Bench) -> None:
    bench.reply(140)
    assert bench.events == [ReplyAudioBegan("r1", "i1"), PlaybackBegan("i1")]
    bench.beat(2)
    assert bench.events[2:] == [PlaybackDrained()]


async def test_frames_that_come_in_time_are_passed_on_at_once(bench: Bench) -> None:
    for _ in range(10):
        bench.reply(20)
        bench.clock.advance(20)
    assert [at for at, _ in bench.leg.played] == [20.0 * index for index in range(10)]


async def test_the_last_short_piece_waits_for_the_end_of_the_item(bench: Bench) -> None:
    bench.reply(50)
    assert len(bench.leg.played) == 2
    bench.lane.item_ended("i1")
    assert [len(payload) for payload in bench.leg.payloads()] == [1280, 1280, 640]
    assert bench.events[-1] == PlaybackDrained()


async def test_odd_deltas_are_joined_across_their_borders(bench: Bench) -> None:
    for _ in range(4):
        bench.reply(25)
    assert bench.leg.payloads() == [FRAME] * 5


async def test_the_next_item_lets_the_rest_of_the_former_go_first(bench: Bench) -> None:
    bench.reply(30, item="i1")
    bench.reply(20, item="i2")
    assert [len(payload) for payload in bench.leg.payloads()] == [1280, 640, 1280]
    assert PlaybackBegan("i2") in bench.events


async def test_16_khz_is_decoded_to_be_cut(bench: Bench) -> None:
    bench = Bench(rate=16_000)
    bench.lane.attach_leg(bench.leg)
    bench.reply(70)
    bench.lane.item_ended("i1")
    assert [len(base64.b64decode(payload)) for payload in bench.leg.payloads()] == [640, 640, 640, 320]


async def test_stop_playback_drops_what_waits_and_flushes_the_service(bench: Bench) -> None:
    bench.reply(500)
    bench.clock.advance(30)
    bench.lane.flush()
    assert bench.leg.stops == [30]
    assert bench.lane.withdrawn == 20
    bench.beat(10)
    assert len(bench.leg.played) == 5
    assert bench.playback.heard_ms("i1", bench.clock.now_ms()) == 30


async def test_late_audio_of_a_cancelled_reply_is_ignored(bench: Bench) -> None:
    bench.reply(200)
    bench.lane.drop_reply("r1")
    bench.reply(200)
    bench.beat(20)
    assert len(bench.leg.played) == 5
    bench.reply(20, reply="r2", item="i2")
    assert len(bench.leg.played) == 6


async def test_dropping_a_reply_leaves_the_next_one_in_the_queue(bench: Bench) -> None:
    bench.reply(200, reply="r1", item="i1")
    bench.reply(40, reply="r2", item="i2")
    bench.lane.drop_reply("r1")
    bench.beat(20)
    assert len(bench.leg.played) == 5 + 2
    assert bench.playback.waiting_ms == 0


async def test_a_muted_agent_is_not_heard(bench: Bench) -> None:
    bench.reply(300)
    bench.lane.mute()
    bench.reply(300, item="i2")
    bench.beat(30)
    assert len(bench.leg.played) == 5
    bench.lane.unmute()
    bench.reply(20, item="i3")
    assert len(bench.leg.played) == 6


async def test_what_the_leg_could_not_send_is_not_taken_for_heard(bench: Bench) -> None:
    bench.reply(60)
    bench.leg.stalled = True
    bench.reply(20)
    bench.reply(10)
    bench.lane.item_ended("i1")
    bench.clock.advance(500)
    assert bench.playback.heard_ms("i1", bench.clock.now_ms()) == 60
    assert (bench.lane.agent_out, bench.leg.dropped, bench.playback.waiting_ms) == (3, 2, 0)


async def test_the_stall_of_a_moment_costs_no_more_than_it_lasts(bench: Bench) -> None:
    bench.leg.stalled = True
    bench.reply(400)
    for _ in range(4):
        bench.reply(20)
    bench.beat(3)
    assert bench.leg.dropped == 5 + 3
    assert PlaybackBegan("i1") not in bench.events
    bench.leg.stalled = False
    bench.beat(30)
    assert (len(bench.leg.played), bench.leg.dropped) == (24 - 8, 8)
    assert PlaybackBegan("i1") in bench.events


async def test_frames_that_come_in_time_are_lost_no_faster_than_they_sound(bench: Bench) -> None:
    bench.leg.stalled = True
    for _ in range(8):
        bench.lane.reply_audio("r1", "i1", FRAME)
    assert (bench.leg.dropped, bench.playback.waiting_ms) == (5, 60)


@pytest.mark.parametrize("silence_it", ["flush", "pause"])
async def test_a_stall_before_the_silence_holds_nothing_up_after_it(bench: Bench, silence_it: str) -> None:
    bench.leg.stalled = True
    bench.reply(100)
    getattr(bench.lane, silence_it)()
    bench.leg.stalled = False
    bench.lane.resume()
    bench.reply(20, item="i2")
    assert len(bench.leg.played) == 1


async def test_what_does_not_fit_the_bound_is_refused_and_counted() -> None:
    bench = Bench(bound_ms=200)
    bench.reply(400)
    assert bench.lane.refused == 10
    assert bench.playback.waiting_ms == 200


async def test_what_is_no_base64_is_refused_and_counted(bench: Bench) -> None:
    bench.lane.reply_audio("r1", "i1", b"abc")
    assert bench.lane.refused == 1
    assert bench.leg.played == []


async def test_a_reply_waits_for_the_media_to_open() -> None:
    bench = Bench()
    bench.reply(60)
    assert bench.leg.played == []
    bench.lane.attach_leg(bench.leg)
    assert len(bench.leg.played) == 3


async def test_a_reply_waits_again_while_the_media_is_gone(bench: Bench) -> None:
    bench.lane.detach_leg()
    bench.reply(60)
    bench.beat()
    assert bench.leg.played == []
    bench.lane.attach_leg(bench.leg)
    assert len(bench.leg.played) == 3


async def test_the_caller_is_heard_from_the_first_frame_on(bench: Bench) -> None:
    bench.lane.caller_audio(b"AAAA")
    assert bench.events == [CallerAudioBegan()]
    bench.lane.caller_audio(b"BBBB")
    bench.lane.attach_engine(bench.engine)
    bench.lane.caller_audio(b"CCCC")
    assert bench.engine.heard == [b"AAAA", b"BBBB", b"CCCC"]
    assert bench.events == [CallerAudioBegan()]


async def test_the_first_frame_to_a_waiting_engine_is_announced_before_it_is_heard(bench: Bench) -> None:
    bench.lane.attach_engine(bench.engine)
    assert bench.events == []
    bench.lane.caller_audio(b"AAAA")
    bench.lane.caller_audio(b"BBBB")
    assert bench.events == [CallerAudioBegan()]
    assert bench.engine.heard == [b"AAAA", b"BBBB"]


async def test_of_early_audio_the_last_five_seconds_are_kept(bench: Bench) -> None:
    for number in range(300):
        bench.lane.caller_audio(base64.b64encode(bytes([number % 256]) * 960))
    bench.lane.attach_engine(bench.engine)
    assert bench.lane.early_dropped == 50
    assert bench.events == [CallerAudioBegan(), CallerAudioLost(1000)]
    assert len(bench.engine.heard) == 250
    assert bench.lane.caller_in == 300


async def test_without_its_engine_the_callers_audio_is_kept_again(bench: Bench) -> None:
    bench.lane.attach_engine(bench.engine)
    bench.lane.detach_engine()
    bench.lane.caller_audio(b"AAAA")
    assert bench.engine.heard == []


async def test_a_defect_in_the_beat_is_this_calls_own(bench: Bench) -> None:
    bench.lane.failed(ValueError("defect"))
    assert [str(error) for error in bench.failures] == ["defect"]


async def test_an_engine_that_shall_not_listen_hears_silence_of_the_same_length(bench: Bench) -> None:
    loud = [base64.b64encode(b"\x01\x02" * count) for count in (480, 479, 478)]
    bench.lane.attach_engine(bench.engine)
    bench.lane.caller_audio(loud[0])
    bench.lane.stop_listening()
    for payload in loud:
        bench.lane.caller_audio(payload)
    bench.lane.listen_again()
    bench.lane.caller_audio(loud[1])
    silent = [base64.b64encode(bytes(len(base64.b64decode(payload)))) for payload in loud]
    assert bench.engine.heard == [loud[0], *silent, loud[1]]


async def test_an_engine_that_comes_later_is_kept_from_listening_as_well(bench: Bench) -> None:
    bench.lane.stop_listening()
    bench.lane.attach_engine(bench.engine)
    bench.lane.caller_audio(base64.b64encode(b"\x01\x02" * 480))
    assert bench.engine.heard == [silence(20, 24_000)]


def test_a_pause_keeps_what_was_not_heard_and_the_call_goes_on_from_there() -> None:
    bench = Bench()
    bench.lane.attach_leg(bench.leg)
    bench.reply(300)
    bench.beat(5)
    frames = len(bench.leg.played)
    bench.lane.pause()
    heard = bench.playback.heard_ms("i1", bench.clock.now_ms())
    bench.beat(50)
    bench.reply(100)
    assert (len(bench.leg.played), len(bench.leg.stops), heard) == (frames, 1, 100)
    assert bench.playback.waiting_ms == 300
    bench.lane.resume()
    bench.beat(30)
    assert bench.playback.heard_ms("i1", bench.clock.now_ms()) == 400
    assert len(bench.leg.played) == 20 + frames - 5  # what had been handed over and not heard goes out once more


def test_a_held_call_takes_no_beats_whatever_comes_for_it() -> None:
    bench = Bench()
    bench.lane.attach_leg(bench.leg)
    bench.reply(300)
    assert bench.ticker.ticking == 1
    bench.lane.pause()
    bench.reply(100)
    bench.lane.item_ended("i1")
    bench.lane.detach_leg()
    bench.lane.attach_leg(bench.leg)
    assert bench.ticker.ticking == 0
    bench.lane.resume()
    assert bench.ticker.ticking == 1


def test_a_pause_that_ends_in_silence_is_over() -> None:
    bench = Bench()
    bench.lane.attach_leg(bench.leg)
    bench.reply(300)
    bench.lane.pause()
    bench.lane.flush()
    bench.reply(20, reply="r2", item="i2")
    assert bench.events[-1] == PlaybackBegan("i2")


def test_a_following_engine_hears_the_last_of_the_caller_again_and_what_was_kept() -> None:
    bench = Bench()
    frames = [base64.b64encode(bytes([number]) * 960) for number in range(10)]
    bench.lane.attach_engine(bench.engine)
    for frame in frames[:6]:
        bench.lane.caller_audio(frame)
    bench.lane.detach_engine()
    for frame in frames[6:8]:
        bench.lane.caller_audio(frame)
    following = ScriptedEngine()
    bench.lane.attach_engine(following, again_ms=45)
    for frame in frames[8:]:
        bench.lane.caller_audio(frame)
    assert following.heard == frames[4:]
    assert bench.events[-1] == CallerAudioReplayed(80)


def test_more_than_was_heard_cannot_be_heard_again() -> None:
    bench = Bench()
    bench.lane.attach_engine(bench.engine)
    bench.lane.caller_audio(FRAME)
    following = ScriptedEngine()
    bench.lane.attach_engine(following, again_ms=1e6)
    assert following.heard == [FRAME]


def test_what_the_engine_was_not_to_hear_no_following_one_hears() -> None:
    bench = Bench()
    loud = base64.b64encode(bytes([7]) * 960)
    bench.lane.attach_engine(bench.engine)
    bench.lane.caller_audio(FRAME)
    bench.lane.stop_listening()
    bench.lane.caller_audio(loud)
    bench.lane.detach_engine()
    bench.lane.caller_audio(loud)
    following = ScriptedEngine()
    bench.lane.attach_engine(following, again_ms=100)
    assert following.heard == [FRAME] * 3


def test_a_pause_never_brings_back_what_was_stopped_before() -> None:
    bench = Bench()
    bench.lane.attach_leg(bench.leg)
    stale = base64.b64encode(bytes([9]) * 960)
    for _ in range(5):
        bench.lane.reply_audio("r1", "i1", stale)
    bench.lane.flush()
    bench.reply(60, reply="r2", item="i2")
    bench.lane.pause()
    bench.lane.resume()
    bench.beat(10)
    assert [payload for payload in bench.leg.payloads() if payload == stale] == [stale] * 5
