"""The device that is none: frames on the clock's grid, none lost."""

from __future__ import annotations

import asyncio
from typing import Any

from voiceagent.legs.device import Edges, PacedSilence


class Loop:
    """A loop whose time a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.due: tuple[float, Any, tuple[Any, ...]] | None = None

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, work: Any, *words: Any) -> asyncio.TimerHandle:
        self.due = (when, work, words)
        return self  # type: ignore[return-value]  # only cancel is used

    def cancel(self) -> None:
        self.due = None

    def advance(self, seconds: float) -> None:
        self.now += seconds
        while self.due and self.due[0] <= self.now + 1e-9:
            _, work, words = self.due
            work(*words)


def test_a_frame_every_twenty_ms_both_ways_and_what_a_late_beat_missed() -> None:
    loop = Loop()
    captured: list[bytes] = []
    wanted: list[int] = []
    device = PacedSilence(24_000, loop)  # type: ignore[arg-type]  # as far as it is used

    def give(count: int) -> bytes:
        wanted.append(count)
        return bytes(count)

    device.start(Edges(captured.append, give, lambda reason: None))
    counts = []
    for seconds in (0.019, 0.001, 0.02, 0.1):
        loop.advance(seconds)
        counts.append(len(captured))
    device.stop()
    assert counts == [0, 1, 2, 7]
    assert (set(captured), set(wanted), len(wanted)) == ({bytes(960)}, {960}, 7)
    assert loop.due is None
