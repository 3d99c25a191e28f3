"""Whose audio a turn holds."""

from __future__ import annotations

from voiceagent.speech.listen import LONGEST_MS, Listener
from voiceagent.speech.turns import TurnMayBeOver, TurnParams, TurnStarted, TurnStopped
from voiceagent.testing.speech import LoudnessDetector, pitch_of, tone_pcm

RATE = 16_000


def silence(duration_ms: float, rate: int = RATE) -> bytes:
    return bytes(int(duration_ms * rate / 1000) * 2)


def listener(rate: int = RATE, **params: int) -> Listener:
    return Listener(LoudnessDetector(), rate=rate, params=TurnParams(**params))


def feed(to: Listener, pcm: bytes, rate: int = RATE) -> list[object]:
    step = rate // 50 * 2
    return [event for at in range(0, len(pcm), step) for event in to.push(pcm[at : at + step])]


def test_an_utterance_reaches_from_its_padded_start_to_the_end_asked_for() -> None:
    ear = listener(prefix_padding_ms=320)
    events = feed(ear, silence(960) + tone_pcm(440, 640, rate=RATE) + silence(640))
    assert events == [TurnStarted(640), TurnMayBeOver(1600), TurnStopped(2100, 1600)]
    assert len(ear.utterance(until_ms=1600)) == (1600 - 640) * 32
    assert round(pitch_of(ear.utterance())) == 440


def test_audio_at_another_rate_is_heard_at_the_ears_rate() -> None:
    ear = listener(rate=24_000)
    feed(ear, silence(500, 24_000) + tone_pcm(600, 800, rate=24_000) + silence(640, 24_000), 24_000)
    assert abs(pitch_of(ear.utterance()) - 600) < 2


def test_without_a_turn_there_is_no_utterance() -> None:
    ear = listener()
    feed(ear, silence(500))
    assert ear.utterance() == b""


def test_a_second_turn_does_not_hold_the_first() -> None:
    ear = listener(prefix_padding_ms=2000)
    feed(ear, tone_pcm(440, 500, rate=RATE) + silence(600))
    feed(ear, tone_pcm(700, 500, rate=RATE) + silence(300))
    assert abs(pitch_of(ear.utterance()) - 700) < 2


def test_cleared_audio_is_gone_and_offsets_go_on() -> None:
    ear = listener(prefix_padding_ms=0)
    feed(ear, tone_pcm(440, 640, rate=RATE))
    ear.clear()
    assert ear.utterance() == b""
    assert feed(ear, silence(640) + tone_pcm(440, 320, rate=RATE)) == [TurnStarted(1280)]
    assert len(ear.utterance()) == 320 * 32


def test_memory_is_bounded_in_silence_and_in_endless_talk() -> None:
    ear = listener()
    ear.push(silence(60_000))
    assert len(ear.audio(0)) < 8_000 * 32
    ear.push(tone_pcm(440, 1000, rate=RATE) * 130)
    assert len(ear.utterance()) <= (LONGEST_MS + 1000) * 32
