"""The beat keeps its schedule, makes up for what it missed, and does not drift."""

from __future__ import annotations

from voiceagent.emulators.acs.pulse import Pulse


class Drum:
    """A clock that moves when told, and every beat that was made."""

    def __init__(self, work_ms: float = 0) -> None:
        self.now = 0.0
        self.work_ms = work_ms
        self.beats: list[tuple[float, float]] = []
        self.pulse = Pulse(lambda: self.now, self.beat)

    async def beat(self, now: float, late_ms: float) -> None:
        self.beats.append((now, late_ms))
        self.now += self.work_ms


async def test_a_beat_that_is_not_due_is_not_made() -> None:
    drum = Drum()
    drum.now = 19
    assert await drum.pulse.catch_up(20) == 20
    assert drum.beats == []


async def test_a_late_beat_does_not_move_the_next() -> None:
    drum = Drum()
    drum.now = 27
    assert await drum.pulse.catch_up(20) == 40
    assert drum.beats == [(27, 7)]
    assert drum.pulse.lateness.max_ms == 7


async def test_missed_beats_are_made_up_at_once() -> None:
    drum = Drum()
    drum.now = 85
    assert await drum.pulse.catch_up(20) == 100
    assert [late for _, late in drum.beats] == [65, 45, 25, 5]


async def test_work_that_takes_longer_than_a_beat_is_caught_up_with() -> None:
    drum = Drum(work_ms=15)
    drum.now = 20
    due = await drum.pulse.catch_up(20)
    assert (due, drum.beats) == (40, [(20, 0)])


async def test_after_a_sleeping_laptop_the_schedule_starts_anew() -> None:
    drum = Drum()
    drum.now = 60_000
    assert await drum.pulse.catch_up(20) == 60_020
    assert (len(drum.beats), drum.pulse.restarts) == (1, 1)


async def test_it_runs_on_the_real_clock_until_cancelled() -> None:
    import asyncio
    import time

    beats: list[float] = []
    enough = asyncio.Event()

    async def beat(now: float, _: float) -> None:
        beats.append(now)
        if len(beats) == 4:
            enough.set()

    began = time.monotonic() * 1000
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(Pulse(lambda: time.monotonic() * 1000, beat).run())
        await enough.wait()
        running.cancel()
    assert all(at >= began + 20 * number for number, at in enumerate(beats, start=1))
