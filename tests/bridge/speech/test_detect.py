"""Silero on a person's voice."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.audio.resample import resample
from voiceagent.audio.wav import read_wav
from voiceagent.speech.detect import VoiceDetector

pytestmark = pytest.mark.engine


@pytest.fixture
def voice(root: Path) -> bytes:
    pcm, rate = read_wav(root / "tests/data/speech/digits-4271-human-8k.wav")
    return resample(pcm, rate, 16_000)


def test_a_person_is_told_from_silence(voice: bytes) -> None:
    probabilities = VoiceDetector().push(voice)
    assert max(probabilities) > 0.9
    assert max(probabilities[:10]) < 0.35
    assert max(probabilities[-10:]) < 0.35


def test_pieces_of_any_size_give_the_same_judgement(voice: bytes) -> None:
    whole, pieces = VoiceDetector(), VoiceDetector()
    in_pieces = [each for at in range(0, len(voice), 642) for each in pieces.push(voice[at : at + 642])]
    assert in_pieces == pytest.approx(whole.push(voice), abs=1e-4)


def test_a_reset_detector_is_like_new(voice: bytes) -> None:
    detector = VoiceDetector()
    first = detector.push(voice)
    detector.push(b"\1\2")
    detector.reset()
    assert detector.push(voice) == pytest.approx(first, abs=1e-4)
