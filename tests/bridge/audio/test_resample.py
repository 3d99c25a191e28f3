from __future__ import annotations

import pytest

from voiceagent.audio.formats import Format
from voiceagent.audio.resample import Resampler, resample
from voiceagent.audio.tones import level_dbfs, tone


@pytest.mark.parametrize(
    ("rate_in", "rate_out"), [(24000, 16000), (16000, 24000), (8000, 24000), (44100, 16000), (48000, 24000)]
)
def test_a_sound_keeps_its_length_and_its_level(rate_in: int, rate_out: int) -> None:
    sound = tone((440,), 500, rate_in)
    changed = resample(sound, rate_in, rate_out)
    assert Format(rate_out).ms(len(changed)) == pytest.approx(500, abs=0.2)
    assert level_dbfs(changed) == pytest.approx(level_dbfs(sound), abs=0.1)


def test_pieces_make_the_same_sound_as_the_whole() -> None:
    sound = tone((440, 620), 300, 24000)
    resampler = Resampler(24000, 16000)
    pieces = [resampler.push(sound[at : at + 333]) for at in range(0, len(sound), 333)]
    assert b"".join(pieces) + resampler.flush() == resample(sound, 24000, 16000)


def test_it_can_be_used_again() -> None:
    sound = tone((440,), 100, 24000)
    resampler = Resampler(24000, 16000)
    first = resampler.push(sound) + resampler.flush()
    assert resampler.push(sound) + resampler.flush() == first


def test_the_same_rate_changes_nothing() -> None:
    assert resample(b"\x01\x02", 16000, 16000) == b"\x01\x02"
    resampler = Resampler(16000, 16000)
    assert resampler.push(b"\x01\x02\x03") == b"\x01\x02"
    assert resampler.push(b"\x04") == b"\x03\x04"
    assert resampler.flush() == b""


def test_half_a_sample_at_the_end_is_dropped() -> None:
    resampler = Resampler(24000, 16000)
    resampler.push(bytes(961))
    assert len(resampler.flush()) % 2 == 0


def test_a_rate_is_positive() -> None:
    with pytest.raises(ValueError):
        Resampler(0, 16000)
