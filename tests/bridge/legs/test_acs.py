"""The ACS leg: what its frames become, what its peer may do wrong, and what a slow one costs."""

from __future__ import annotations

import base64
import json

import pytest

from voiceagent.call.events import Event, KeyPressed
from voiceagent.legs.acs import BACKLOG_LIMIT, AcsLeg
from voiceagent.protocol.acs_media import (
    STOP_AUDIO,
    AudioData,
    AudioMetadata,
    encode_audio,
    encode_caller_audio,
    encode_metadata,
)
from voiceagent.testing.clock import ManualClock

PAYLOAD = base64.b64encode(bytes(960))
METADATA = encode_metadata(AudioMetadata("s", "PCM", 24_000, 1, 960))
AUDIO = encode_caller_audio(AudioData(PAYLOAD, "2026-01-01T00:00:00Z"))


class Socket:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.waiting = 0
        self.closed: tuple[int, str] | None = None

    def send_text(self, payload: bytes) -> None:
        self.sent.append(payload)

    def backlog(self) -> int:
        return self.waiting

    def shut(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


class Bench:
    def __init__(self) -> None:
        self.socket, self.clock = Socket(), ManualClock()
        self.heard: list[bytes] = []
        self.events: list[Event] = []
        self.opened = 0
        self.failures: list[Exception] = []
        self.wire: list[tuple[str, bytes]] = []
        self.leg = AcsLeg(
            self.socket,
            sample_rate=24_000,
            clock=self.clock,
            hear=self.heard.append,
            deliver=self.events.append,
            opened=self.open,
            on_failure=self.failures.append,
            wire=lambda direction, frame: self.wire.append((direction, frame)),
        )

    def open(self) -> None:
        self.opened += 1


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_knows_when_the_service_was_last_heard_of(bench: Bench) -> None:
    assert bench.leg.heard_at_ms == 0
    for frame, at_ms in ((METADATA, 30), (AUDIO, 50), (b"nonsense", 70)):
        bench.clock.advance(at_ms - bench.clock.now_ms())
        bench.leg.on_text(frame)
        assert bench.leg.heard_at_ms == at_ms


def test_audio_is_heard_after_the_metadata_opened_the_path(bench: Bench) -> None:
    bench.leg.on_text(METADATA)
    bench.leg.on_text(AUDIO)
    bench.leg.on_text(AUDIO)
    assert bench.heard == [PAYLOAD, PAYLOAD]
    assert bench.opened == 1


def test_audio_without_metadata_opens_the_path_too(bench: Bench) -> None:
    bench.leg.on_text(AUDIO)
    assert (bench.opened, bench.heard) == (1, [PAYLOAD])


def test_a_silent_frame_without_samples_is_twenty_milliseconds_of_silence(bench: Bench) -> None:
    bench.leg.on_text(b'{"kind":"AudioData","audioData":{"data":"","silent":true}}')
    assert bench.heard == [base64.b64encode(bytes(960))]


def test_keys_become_events(bench: Bench) -> None:
    bench.leg.on_text(b'{"kind":"DtmfData","dtmfData":{"data":"pound"}}')
    assert bench.events == [KeyPressed("#")]


def test_another_rate_than_agreed_is_refused(bench: Bench) -> None:
    bench.leg.on_text(METADATA.replace(b"24000", b"16000"))
    bench.leg.on_text(AUDIO)  # is under way already, at the wrong rate
    assert (bench.opened, bench.heard) == (0, [])
    assert bench.socket.closed == (1008, "expected 1 x 24000 Hz PCM, not 1 x 16000 Hz")


def test_some_garbage_is_counted_and_survived(bench: Bench) -> None:
    for _ in range(20):
        bench.leg.on_text(b"not json")
    bench.leg.on_text(b'{"kind":"MarkData","markData":{}}')
    assert (bench.leg.garbage, bench.leg.unknown, bench.socket.closed) == (20, 1, None)


def test_much_garbage_in_a_short_time_closes(bench: Bench) -> None:
    for _ in range(21):
        bench.leg.on_text(b"not json")
    assert bench.socket.closed == (1008, "too many malformed messages")


def test_much_garbage_over_a_long_time_does_not(bench: Bench) -> None:
    for _ in range(40):
        bench.leg.on_text(b"{")
        bench.clock.advance(600)
    assert bench.socket.closed is None


def test_playing_sends_the_documented_frame(bench: Bench) -> None:
    assert bench.leg.play(PAYLOAD)
    bench.leg.stop_playback()
    assert bench.socket.sent == [encode_audio(PAYLOAD), STOP_AUDIO]
    assert json.loads(bench.socket.sent[0])["AudioData"]["Data"] == PAYLOAD.decode()


def test_a_slow_caller_loses_audio_but_not_the_stop(bench: Bench) -> None:
    bench.socket.waiting = BACKLOG_LIMIT + 1
    assert not bench.leg.play(PAYLOAD)
    bench.leg.stop_playback()
    assert bench.leg.dropped == 1
    assert bench.socket.sent == [STOP_AUDIO]


def test_a_capture_sees_both_directions(bench: Bench) -> None:
    bench.leg.on_text(METADATA)
    bench.leg.play(PAYLOAD)
    assert bench.wire == [("in", METADATA), ("out", encode_audio(PAYLOAD))]


def test_a_defect_behind_the_leg_is_reported_not_raised(bench: Bench) -> None:
    bench.leg._hear = lambda payload: 1 / 0  # type: ignore[assignment,return-value]  # a defect
    bench.leg.on_text(AUDIO)
    assert [type(error) for error in bench.failures] == [ZeroDivisionError]


async def test_closing_says_why_within_the_protocols_limit(bench: Bench) -> None:
    await bench.leg.close("over " * 100)
    assert bench.socket.closed is not None
    code, reason = bench.socket.closed
    assert code == 1000
    assert len(reason) <= 123
