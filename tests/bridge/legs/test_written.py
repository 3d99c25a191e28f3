"""A leg without sound does nothing, willingly."""

from __future__ import annotations

from voiceagent.legs.written import WrittenLeg


async def test_it_takes_everything_and_plays_nothing() -> None:
    leg = WrittenLeg(24_000)
    leg.begin()
    assert leg.play(b"AAAA")
    leg.stop_playback()
    await leg.close("over")
    assert (leg.sample_rate, leg.dropped) == (24_000, 0)
