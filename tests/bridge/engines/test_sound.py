"""The sound between us and an engine: nothing is done to PCM, and µ-law is the telephone's rate on the wire alone."""

from __future__ import annotations

import base64

import pytest

from voiceagent.audio.tones import level_dbfs, tone
from voiceagent.engines.sound import Plain, Ulaw

SESSION = {"input_audio_format": "pcm16", "output_audio_format": "pcm16", "input_audio_sampling_rate": 24_000, "voice": "x"}


def test_pcm_passes_as_it_is() -> None:
    sound = Plain()
    assert sound.asked(SESSION) is SESSION
    assert (sound.to_engine(b"AAAA"), sound.from_engine(b"AAAA")) == (b"AAAA", b"AAAA")


def test_ulaw_is_asked_for_and_no_rate() -> None:
    assert Ulaw(24_000).asked(SESSION) == {
        "input_audio_format": "g711_ulaw",
        "output_audio_format": "g711_ulaw",
        "voice": "x",
    }


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_ulaw_is_a_third_of_the_samples_in_half_of_the_bytes_and_back(rate: int) -> None:
    sound, spoken = Ulaw(rate), tone((440.0,), 400, rate)
    there = sound.to_engine(base64.b64encode(spoken))
    assert len(base64.b64decode(there)) == 400 * 8
    back = base64.b64decode(sound.from_engine(there))
    assert len(back) == len(spoken)
    assert level_dbfs(back[4800:]) == pytest.approx(level_dbfs(spoken), abs=0.3)


def test_what_is_no_base64_is_refused() -> None:
    with pytest.raises(ValueError, match="base64"):
        Ulaw(24_000).from_engine(b"A")
