"""The shared beat, on a loop whose time the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from voiceagent.runtime.ticker import BEAT_SECONDS, Ticker


class Handle:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualLoop:
    """The two methods of a loop that a ticker uses."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None], Handle]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> Handle:
        handle = Handle()
        self.timers.append((when, callback, handle))
        return handle

    def pass_to(self, when: float) -> None:
        self.now = when
        due = [timer for timer in self.timers if timer[0] <= when]
        self.timers = [timer for timer in self.timers if timer[0] > when]
        for _, callback, handle in due:
            if not handle.cancelled:
                callback()


class Ticked:
    def __init__(self, beats: int = 1000, error: Exception | None = None) -> None:
        self.beats = 0
        self.wanted = beats
        self.error = error
        self.failures: list[Exception] = []

    def tick(self) -> bool:
        self.beats += 1
        if self.error:
            raise self.error
        return self.beats < self.wanted

    def failed(self, error: Exception) -> None:
        self.failures.append(error)


@pytest.fixture
def loop() -> ManualLoop:
    return ManualLoop()


@pytest.fixture
def ticker(loop: ManualLoop) -> Ticker:
    return Ticker(cast(asyncio.AbstractEventLoop, cast(Any, loop)))


def test_beats_lie_on_a_grid_however_late_one_was(loop: ManualLoop, ticker: Ticker) -> None:
    ticked = Ticked()
    ticker.add(ticked)
    ticker.add(ticked)
    loop.pass_to(100.027)  # 7 ms late
    assert ticked.beats == 1
    assert loop.timers[0][0] == pytest.approx(100 + 2 * BEAT_SECONDS)


def test_a_beat_slept_through_is_skipped(loop: ManualLoop, ticker: Ticker) -> None:
    ticked = Ticked()
    ticker.add(ticked)
    loop.pass_to(100.5)
    assert ticked.beats == 1
    assert loop.timers[0][0] == pytest.approx(100.52)


def test_it_rests_when_nobody_has_anything_to_pace(loop: ManualLoop, ticker: Ticker) -> None:
    ticked = Ticked(beats=2)
    ticker.add(ticked)
    loop.pass_to(100.02)
    loop.pass_to(100.04)
    assert ticked.beats == 2
    assert loop.timers == []
    ticker.add(ticked)
    assert len(loop.timers) == 1


def test_one_that_fails_loses_the_beat_and_the_others_keep_it(loop: ManualLoop, ticker: Ticker) -> None:
    bad, good = Ticked(error=ValueError("defect")), Ticked()
    ticker.add(bad)
    ticker.add(good)
    loop.pass_to(100.02)
    loop.pass_to(100.04)
    assert (bad.beats, good.beats) == (1, 2)
    assert [str(error) for error in bad.failures] == ["defect"]


def test_removed_and_closed_beat_no_more(loop: ManualLoop, ticker: Ticker) -> None:
    one, other = Ticked(), Ticked()
    ticker.add(one)
    ticker.add(other)
    ticker.remove(one)
    ticker.close()
    loop.pass_to(100.02)
    assert (one.beats, other.beats) == (0, 0)


async def test_it_beats_on_a_real_loop() -> None:
    ticker = Ticker()
    done = asyncio.Event()

    class Once:
        def tick(self) -> bool:
            done.set()
            return False

        def failed(self, error: Exception) -> None:
            raise error

    ticker.add(Once())
    await asyncio.wait_for(done.wait(), 5)
    ticker.close()
