from __future__ import annotations

from collections import Counter, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.call.playback import Playback


def test_what_was_handed_over_is_heard_as_time_passes() -> None:
    playback = Playback()
    playback.arrived("r", "i", 250)
    for _ in range(10):
        playback.handed_over("i", 20, 1000)
    assert playback.waiting_ms == 50
    assert playback.ahead_ms(1000) == 200
    assert playback.ends_at() == 1200
    assert [playback.heard_ms("i", now) for now in (1000, 1050, 1200, 5000)] == [0, 50, 200, 200]


def test_an_underrun_is_not_heard_as_speech() -> None:
    playback = Playback()
    playback.arrived("r", "i", 40)
    playback.handed_over("i", 20, 0)
    playback.handed_over("i", 20, 100)  # 80 ms of nothing in between
    assert [playback.heard_ms("i", now) for now in (20, 90, 110, 120)] == [20, 20, 30, 40]


def test_items_back_to_back_are_heard_one_after_the_other() -> None:
    playback = Playback()
    for item in ("a", "b"):
        playback.arrived("r", item, 40)
    for item in ("a", "a", "b", "b"):
        playback.handed_over(item, 20, 0)
    assert (playback.heard_ms("a", 50), playback.heard_ms("b", 50)) == (40, 10)
    assert (playback.item_starts_at("a"), playback.item_starts_at("b")) == (0, 40)
    assert (playback.item_ends_at("a"), playback.item_ends_at("b")) == (40, 80)


def test_the_end_of_an_item_is_unknown_while_some_of_it_waits() -> None:
    playback = Playback()
    playback.arrived("r", "i", 40)
    playback.handed_over("i", 20, 0)
    assert playback.item_ends_at("i") is None
    assert playback.item_ends_at("unknown") is None
    assert playback.item_starts_at("unknown") is None


def test_a_flush_forgets_what_was_not_heard_and_freezes_what_was() -> None:
    playback = Playback()
    playback.arrived("r", "i", 1000)
    for _ in range(10):
        playback.handed_over("i", 20, 0)
    assert playback.audible(70)
    assert playback.flush(70) == 930
    assert not playback.audible(70)
    assert (playback.ends_at(), playback.waiting_ms, playback.ahead_ms(70)) == (70, 0, 0)
    assert playback.heard_ms("i", 5000) == 70
    assert playback.arrived_ms("i") == 1000
    assert playback.flush(90) == 0


def test_silence_that_pads_the_last_frame_takes_time_but_is_no_speech() -> None:
    playback = Playback()
    playback.arrived("r", "i", 10)
    playback.handed_over("i", 20, 0)
    assert playback.item_ends_at("i") == 20
    assert playback.heard_ms("i", 20) == 10
    assert playback.waiting_ms == 0


def test_what_the_lane_lost_is_never_waited_for() -> None:
    playback = Playback()
    playback.arrived("r", "i", 60)
    playback.dropped("i", 40)
    playback.dropped("unknown", 40)
    assert playback.waiting_ms == 20
    playback.handed_over("i", 20, 0)
    assert playback.item_ends_at("i") == 20


def test_fractions_of_a_millisecond_leave_no_dust() -> None:
    playback = Playback()
    for _ in range(1000):
        playback.arrived("r", "i", 0.1)
    for step in range(5):
        playback.handed_over("i", 20, step * 20)
    assert playback.waiting_ms == 0
    assert playback.item_ends_at("i") == 100


def test_a_long_call_does_not_grow_the_account() -> None:
    playback = Playback()
    for number in range(2000):
        playback.arrived("r", f"i{number}", 20)
        playback.handed_over(f"i{number}", 20, number * 20)
    assert len(playback._items) <= 257
    assert playback.heard_ms("i1999", 40_000) == 20
    assert playback.heard_ms("i0", 40_000) == 0


class Ear:
    """The same account kept one millisecond at a time."""

    def __init__(self) -> None:
        self.queue: deque[str | None] = deque()
        self.heard: Counter[str] = Counter()
        self.arrived: Counter[str] = Counter()
        self.waiting: Counter[str] = Counter()

    def arrive(self, item: str, ms: int) -> None:
        self.arrived[item] += ms
        self.waiting[item] += ms

    def hand_over(self, item: str, ms: int) -> None:
        real = min(ms, self.waiting[item])
        self.waiting[item] -= real
        self.queue.extend([item] * real + [None] * (ms - real))

    def drop(self, item: str, ms: int) -> None:
        self.waiting[item] -= min(ms, self.waiting[item])

    def listen(self, ms: int) -> None:
        for _ in range(min(ms, len(self.queue))):
            item = self.queue.popleft()
            if item is not None:
                self.heard[item] += 1

    def flush(self) -> None:
        self.queue.clear()
        self.waiting.clear()


ITEMS = ("a", "b", "c")
STEPS = st.one_of(
    st.tuples(st.just("arrive"), st.sampled_from(ITEMS), st.integers(1, 120)),
    st.tuples(st.just("hand_over"), st.sampled_from(ITEMS), st.integers(1, 40)),
    st.tuples(st.just("drop"), st.sampled_from(ITEMS), st.integers(1, 40)),
    st.tuples(st.just("listen"), st.none(), st.integers(0, 90)),
    st.tuples(st.just("flush"), st.none(), st.just(0)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=60), st.integers(0, 10_000))
def test_the_arithmetic_agrees_with_counting_milliseconds(steps: list[tuple[str, str | None, int]], start: int) -> None:
    playback, ear, now = Playback(), Ear(), start
    for verb, item, ms in steps:
        match verb, item:
            case "arrive", str(item):
                playback.arrived("r", item, ms)
                ear.arrive(item, ms)
            case "hand_over", str(item):
                playback.handed_over(item, ms, now)
                ear.hand_over(item, ms)
            case "drop", str(item):
                playback.dropped(item, ms)
                ear.drop(item, ms)
            case "listen", _:
                now += ms
                ear.listen(ms)
            case _:
                expected = sum(ear.waiting.values()) + sum(1 for unit in ear.queue if unit)
                assert playback.flush(now) == pytest.approx(expected)
                ear.flush()
        assert playback.ahead_ms(now) == len(ear.queue)
        assert playback.waiting_ms == sum(ear.waiting.values())
        assert playback.audible(now) == bool(ear.queue or sum(ear.waiting.values()))
        for name in ITEMS:
            assert playback.heard_ms(name, now) == ear.heard[name]
            assert playback.arrived_ms(name) == ear.arrived[name]


def _ten_frames(playback: Playback, at: float) -> None:
    playback.arrived("r", "i", 200)
    for _ in range(10):
        playback.handed_over("i", 20, at)


def test_a_service_that_tells_how_far_it_is_moves_the_line() -> None:
    playback = Playback()
    _ten_frames(playback, 1000)
    playback.confirmed(160, 1100)  # by arithmetic 100 ms are left; by the service's word 160
    assert playback.heard_ms("i", 1100) == 40
    assert (playback.ends_at(), playback.item_ends_at("i")) == (1260, 1260)


def test_a_service_that_begins_late_is_expected_to_begin_late_again() -> None:
    playback = Playback()
    _ten_frames(playback, 1000)
    playback.confirmed(160, 1100)
    _ten_frames(playback, 5000)
    assert playback.heard_ms("i", 5060) == 200
    assert playback.heard_ms("i", 5160) == 300


def test_a_word_that_was_held_up_on_the_way_is_put_right_by_the_next() -> None:
    playback = Playback()
    _ten_frames(playback, 1000)
    playback.confirmed(190, 1100)
    playback.confirmed(60, 1140)
    assert playback.heard_ms("i", 1140) == 140
    playback.confirmed(0, 1150)  # never earlier than it was handed over
    assert playback.heard_ms("i", 1150) == 150


def test_what_the_service_had_played_by_its_own_word_cannot_be_flushed() -> None:
    playback = Playback()
    _ten_frames(playback, 1000)
    playback.confirmed(150, 1100)
    assert playback.flush(1100) == 150
    assert playback.heard_ms("i", 9000) == 50


def test_even_what_counted_as_heard_may_turn_out_not_to_be() -> None:
    playback = Playback()
    _ten_frames(playback, 1000)
    playback.confirmed(80, 1250)
    assert playback.heard_ms("i", 1250) == 120


def test_what_is_held_waits_again_from_where_the_caller_stopped_hearing() -> None:
    playback = Playback()
    playback.arrived("r", "i", 1000)
    for piece in range(10):
        playback.handed_over("i", 20, piece * 10.0)
    assert playback.hold(50) == [("i", 150)]
    assert (playback.waiting_ms, playback.ahead_ms(50), playback.heard_ms("i", 5000)) == (950, 0, 50)
    assert playback.hold(60) == []
    playback.handed_over("i", 20, 1000)
    assert playback.heard_ms("i", 1020) == 70
    playback.flush(1010)
    assert playback.heard_ms("i", 9000) == 60


def test_an_item_that_was_held_before_it_was_heard_begins_later() -> None:
    playback = Playback()
    playback.arrived("r", "i", 100)
    playback.arrived("r", "j", 100)
    playback.handed_over("i", 100, 0)
    playback.handed_over("j", 20, 0)
    assert playback.hold(40) == [("i", 60), ("j", 20)]
    assert (playback.item_starts_at("i"), playback.item_starts_at("j")) == (0, None)
