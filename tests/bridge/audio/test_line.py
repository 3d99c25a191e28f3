from __future__ import annotations

import pytest

from voiceagent.audio.line import telephone
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
