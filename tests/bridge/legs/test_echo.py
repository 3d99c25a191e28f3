"""Who hears what while the speaker plays: with headphones, with a gate, with a canceller."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from voiceagent.audio.tones import tone
from voiceagent.legs import echo
from voiceagent.legs.echo import TAIL_MS, EchoGate, NoEcho, WebRtcEcho, echo_for
from voiceagent.testing.clock import ManualClock

LOUD = tone((440.0,), 20, 24_000)
QUIET = bytes(960)


def test_with_headphones_everything_is_heard() -> None:
    open_ear = NoEcho()
    open_ear.played(LOUD)
    assert open_ear.heard(LOUD) == LOUD


def test_the_gate_is_closed_while_the_agent_is_audible_and_a_moment_longer() -> None:
    clock = ManualClock()
    gate = EchoGate(clock, latency_ms=100)
    before = gate.heard(LOUD)
    gate.played(LOUD)
    clock.advance(100 + TAIL_MS - 1)
    during = gate.heard(LOUD)
    clock.advance(1)
    assert (before, during, gate.heard(LOUD)) == (LOUD, QUIET, LOUD)


def test_silence_from_the_speaker_closes_nothing() -> None:
    gate = EchoGate(ManualClock())
    gate.played(QUIET)
    assert gate.heard(LOUD) == LOUD


@pytest.fixture
def livekit(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The package as far as it is used: a canceller that halves what the microphone took."""
    log: list[tuple[str, Any]] = []

    class AudioFrame:
        def __init__(self, data: bytes, rate: int, channels: int, samples: int) -> None:
            assert (len(data), channels) == (samples * 2, 1)
            self.data, self.rate = data, rate

    class AudioProcessingModule:
        def __init__(self, **options: bool) -> None:
            log.append(("made", options))

        def set_stream_delay_ms(self, ms: int) -> None:
            log.append(("delay", ms))

        def process_reverse_stream(self, frame: AudioFrame) -> None:
            log.append(("far", len(frame.data)))

        def process_stream(self, frame: AudioFrame) -> None:
            log.append(("near", len(frame.data)))
            frame.data = b"\1" * len(frame.data)

    rtc = types.ModuleType("livekit.rtc")
    rtc.AudioFrame, rtc.AudioProcessingModule = AudioFrame, AudioProcessingModule  # type: ignore[attr-defined]
    package = types.ModuleType("livekit")
    package.rtc = rtc  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "livekit", package)
    monkeypatch.setitem(sys.modules, "livekit.rtc", rtc)
    return log


def test_the_canceller_gets_what_was_played_before_what_was_heard_in_pieces_of_ten_ms(livekit: list[tuple[str, Any]]) -> None:
    canceller = WebRtcEcho(24_000, latency_ms=80.4)
    canceller.played(LOUD)
    assert canceller.heard(LOUD) == b"\1" * 960
    assert livekit[1:] == [("delay", 80), ("far", 480), ("far", 480), ("near", 480), ("near", 480)]


def test_the_kind_decides(livekit: list[tuple[str, Any]]) -> None:
    kinds = [echo_for(kind, rate=24_000, clock=ManualClock()).kind for kind in ("off", "gate", "cancel")]
    assert kinds == ["off", "gate", "cancel"]


def test_whether_the_canceller_is_there_is_a_question_of_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(echo, "find_spec", lambda name: None)
    assert not echo.canceller_installed()
