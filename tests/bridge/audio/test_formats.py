from __future__ import annotations

import base64

import pytest

from voiceagent.audio.formats import PCM8K, PCM16K, PCM24K, Format


@pytest.mark.parametrize(
    ("format", "samples", "count", "chars", "undecoded"),
    [(PCM8K, 160, 320, 428, False), (PCM16K, 320, 640, 856, False), (PCM24K, 480, 960, 1280, True)],
)
def test_a_frame_is_twenty_milliseconds(format: Format, samples: int, count: int, chars: int, undecoded: bool) -> None:
    assert (format.frame_samples, format.frame_bytes, format.frame_chars) == (samples, count, chars)
    assert len(base64.b64encode(bytes(format.frame_bytes))) == chars
    assert format.cuts_undecoded is undecoded
    assert format.ms(format.frame_bytes) == 20.0
    assert format.bytes(20) == format.frame_bytes


def test_milliseconds_become_whole_samples() -> None:
    assert PCM24K.bytes(0.02) == 0
    assert PCM24K.bytes(0.04) == 2
    assert PCM16K.bytes(250) == 8000
    assert PCM16K.ms(1) == pytest.approx(0.03125)
