from __future__ import annotations

import math

import numpy as np
import pytest

from voiceagent.audio.tones import DTMF_HZ, SILENCE_DBFS, dtmf, level_dbfs, mix, noise, silence, tone
from voiceagent.protocol.dtmf import KEYS


def loudest(pcm: bytes, rate: int, count: int) -> list[int]:
    spectrum = np.abs(np.fft.rfft(np.frombuffer(pcm, dtype="<i2")))
    hertz = np.fft.rfftfreq(len(pcm) // 2, 1 / rate)
    return sorted(round(float(hertz[at])) for at in np.argsort(spectrum)[-count:])


def test_silence_is_silent_and_as_long_as_asked() -> None:
    assert silence(20, 24000) == bytes(960)
    assert level_dbfs(silence(20, 24000)) == level_dbfs(b"") == SILENCE_DBFS


def test_a_full_sine_is_three_decibels_below_full_scale() -> None:
    assert level_dbfs(tone((1000,), 1000, 16000, level_dbfs=0)) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_its_two_tones(key: str) -> None:
    assert loudest(dtmf(key, 1000, 8000), 8000, 2) == pytest.approx(sorted(DTMF_HZ[key]), abs=1)


def test_the_tones_of_some_keys_by_heart() -> None:
    assert (DTMF_HZ["1"], DTMF_HZ["#"], DTMF_HZ["0"], DTMF_HZ["D"]) == ((697, 1209), (941, 1477), (941, 1336), (941, 1633))


def test_another_key_has_no_tone() -> None:
    with pytest.raises(ValueError, match="'x' is not a key"):
        dtmf("x", 100, 8000)


def test_a_tone_begins_and_ends_softly() -> None:
    samples = np.abs(np.frombuffer(tone((1000,), 100, 16000), dtype="<i2").astype(int))
    assert samples[:8].max() < 1000
    assert samples[-8:].max() < 1000


def test_a_tone_may_be_shorter_than_its_fades() -> None:
    assert len(tone((1000,), 1, 8000)) == 16
    assert tone((1000,), 0, 8000) == b""


def test_noise_has_its_level_and_the_same_seed_gives_the_same() -> None:
    hiss = noise(1000, 16000, seed=7, level_dbfs=-40)
    assert level_dbfs(hiss) == pytest.approx(-40, abs=0.3)
    assert hiss == noise(1000, 16000, seed=7, level_dbfs=-40)
    assert hiss != noise(1000, 16000, seed=8, level_dbfs=-40)


def test_two_sounds_are_added_and_clipped() -> None:
    loud = np.array([30000, -30000, 5], dtype="<i2").tobytes()
    assert np.frombuffer(mix(loud, loud[:4]), dtype="<i2").tolist() == [32767, -32768, 5]
    assert mix(loud[:4], loud) == mix(loud, loud[:4])
    assert math.isclose(level_dbfs(mix(b"", loud)), level_dbfs(loud))
