"""The sound of a call as outlines, and small enough for a page."""

from __future__ import annotations

import struct

import pytest

from voiceagent.audio.wav import read_wav, wav_bytes
from voiceagent.errors import UserError
from voiceagent.scenarios import waves
from voiceagent.scenarios.waves import embeddable, outlines


def test_each_side_has_its_outline(sound: bytes) -> None:
    both = outlines(sound)
    assert (both.seconds, len(both.caller), len(both.agent)) == (2, 50, 50)
    assert min(both.caller[:25]) > 0.4
    assert max(both.caller[26:]) == 0
    assert max(both.agent[:24]) == 0
    assert all(0 <= one <= 1 for one in (*both.caller, *both.agent))


def test_the_embedded_call_is_telephone_quality_in_stereo(sound: bytes) -> None:
    small = embeddable(sound)
    assert small is not None
    assert struct.unpack("<HHI", small[20:28]) == (7, 2, 8_000)
    pcm, rate = read_wav(small)
    assert rate == 8_000
    assert len(pcm) == pytest.approx(2 * 2 * 8_000, abs=200)
    assert len(small) < 33_000


def test_a_call_too_long_for_a_page_is_not_embedded(sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waves, "MOST_EMBEDDED_SECONDS", 1)
    assert embeddable(sound) is None


def test_a_call_without_sound_is_flat() -> None:
    assert outlines(wav_bytes(b"", 24_000, 2)).caller == (0.0,)


@pytest.mark.parametrize(("wav", "sentence"), [(b"RIFF", "is no WAV file"), (wav_bytes(bytes(20), 8_000), "1 channels")])
def test_what_is_no_stereo_recording_is_refused(wav: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        outlines(wav)
