"""The leg in memory."""

from __future__ import annotations

from voiceagent.testing.clock import ManualClock
from voiceagent.testing.legs import MemoryLeg


async def test_it_remembers_what_was_played_and_when() -> None:
    clock = ManualClock()
    leg = MemoryLeg(clock)
    leg.play(b"one")
    clock.advance(20)
    leg.play(b"two")
    leg.stop_playback()
    await leg.close("over")
    assert leg.played == [(0, b"one"), (20, b"two")]
    assert leg.payloads() == [b"one", b"two"]
    assert leg.stops == [20]
    assert leg.closed == "over"


def test_while_it_is_stalled_it_loses_what_it_is_given() -> None:
    leg = MemoryLeg(ManualClock(), stalled=True)
    assert not leg.play(b"one")
    assert (leg.played, leg.dropped) == ([], 1)
