"""The telephone's rate and back: no millisecond is kept, the band comes through, and what would fold back does not."""

from __future__ import annotations

import pytest

from voiceagent.audio.narrowband import FromLine, ToLine
from voiceagent.audio.tones import level_dbfs, tone


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_as_much_comes_out_as_goes_in(rate: int) -> None:
    down, up = ToLine(rate), FromLine(rate)
    frame, line_frame = bytes(rate // 50 * 2), bytes(320)
    assert [len(down.push(frame)) for _ in range(5)] == [320] * 5
    assert [len(up.push(line_frame)) for _ in range(5)] == [len(frame)] * 5


@pytest.mark.parametrize("rate", [16_000, 24_000])
@pytest.mark.parametrize("hertz", [300.0, 1000.0, 3000.0])
def test_the_voice_comes_through_both_ways(rate: int, hertz: float) -> None:
    there = ToLine(rate).push(tone((hertz,), 400, rate))
    back = FromLine(rate).push(there)
    assert level_dbfs(there[1600:]) == pytest.approx(-12.0 - 3.0, abs=0.6)
    assert level_dbfs(back[4800:]) == pytest.approx(-12.0 - 3.0, abs=0.6)


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_what_the_line_cannot_carry_does_not_come_back_as_something_else(rate: int) -> None:
    folded = ToLine(rate).push(tone((5000.0,), 400, rate))
    assert level_dbfs(folded[1600:]) < -55


def test_pieces_of_any_length_make_the_same_sound() -> None:
    sound = tone((440.0, 900.0), 100, 24_000)
    whole = ToLine(24_000).push(sound)
    pieces = ToLine(24_000)
    cut = [sound[at : at + 98] for at in range(0, len(sound), 98)]
    assert b"".join(pieces.push(piece) for piece in cut) == whole


def test_nothing_is_nothing() -> None:
    assert (ToLine(24_000).push(b""), FromLine(24_000).push(b"")) == (b"", b"")


def test_a_rate_that_is_no_multiple_is_refused() -> None:
    with pytest.raises(ValueError, match="44100 Hz is not a multiple"):
        ToLine(44_100)
