from __future__ import annotations

import pytest

from voiceagent.audio.line import TelephoneLine, telephone
from voiceagent.audio.tones import level_dbfs, silence, tone


@pytest.mark.parametrize("rate", [8000, 16000, 24000])
@pytest.mark.parametrize("hertz", [440, 1000, 2500])
def test_the_middle_of_a_voice_passes(rate: int, hertz: int) -> None:
    sound = tone((hertz,), 500, rate)
    heard = telephone(sound, rate)
    assert len(heard) == len(sound)
    assert level_dbfs(heard) == pytest.approx(level_dbfs(sound), abs=0.5)


@pytest.mark.parametrize("hertz", [60, 120, 3900, 5000, 9000])
def test_what_is_below_and_above_does_not(hertz: int) -> None:
    sound = tone((hertz,), 500, 24000)
    assert level_dbfs(telephone(sound, 24000)) < level_dbfs(sound) - 25


def test_noise_is_added_at_its_distance() -> None:
    # Where the sound itself is filtered away only the noise is left: beside it, the clean line is silent.
    sound = tone((1000,), 500, 8000) + silence(500, 8000)
    noisy = telephone(sound, 8000, noise_db=20, seed=3)
    pause = noisy[len(noisy) * 6 // 10 : len(noisy) * 9 // 10]
    assert level_dbfs(pause) == pytest.approx(level_dbfs(sound) - 20, abs=1.5)
    assert level_dbfs(telephone(sound, 8000)[len(noisy) * 6 // 10 :]) < -80


def test_the_same_seed_gives_the_same_line() -> None:
    sound = tone((1000,), 100, 16000)
    assert telephone(sound, 16000, noise_db=20, seed=3) == telephone(sound, 16000, noise_db=20, seed=3)
    assert telephone(sound, 16000, noise_db=20, seed=3) != telephone(sound, 16000, noise_db=20, seed=4)


def test_nothing_becomes_nothing() -> None:
    assert telephone(b"", 16000, noise_db=20) == b""


@pytest.mark.parametrize("rate", [8000, 16000, 24000])
def test_a_line_that_goes_on_is_the_line_of_a_whole_utterance_a_little_later(rate: int) -> None:
    sound = tone((440.0, 1000.0), 600, rate)
    line = TelephoneLine(rate)
    pieces = [sound[at : at + 2 * 50] for at in range(0, len(sound), 2 * 50)]  # not a multiple of the step
    heard = b"".join(line.push(piece) for piece in pieces)
    assert len(heard) == len(sound)
    middle = slice(len(sound) // 3 & ~1, len(sound) * 2 // 3 & ~1)
    assert level_dbfs(heard[middle]) == pytest.approx(level_dbfs(telephone(sound, rate)[middle]), abs=0.5)


def test_a_line_that_goes_on_is_twenty_ms_late() -> None:
    click = silence(100, 24_000) + b"\xff\x3f" * 4 + silence(100, 24_000)
    heard = TelephoneLine(24_000).push(click)
    values = [abs(int.from_bytes(heard[at : at + 2], "little", signed=True)) for at in range(0, len(heard), 2)]
    assert 110 < values.index(max(values)) / 24 < 121


@pytest.mark.parametrize("hertz", [60, 5000, 9000])
def test_a_line_that_goes_on_lets_nothing_low_or_high_through(hertz: int) -> None:
    sound = tone((hertz,), 500, 24_000)
    assert level_dbfs(TelephoneLine(24_000).push(sound)) < level_dbfs(sound) - 20


def test_a_line_that_goes_on_wants_a_multiple_of_its_rate() -> None:
    with pytest.raises(ValueError, match="11025"):
        TelephoneLine(11_025)
