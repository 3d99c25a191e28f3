"""The Twilio leg: its line's code becomes the call's PCM and back, and marks tell how far the caller has heard."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from voiceagent.audio.g711 import ulaw_encode
from voiceagent.audio.tones import level_dbfs, tone
from voiceagent.call.events import Event, KeyPressed
from voiceagent.legs.twilio import BACKLOG_LIMIT, TwilioLeg
from voiceagent.protocol.acs_media import STOP_AUDIO, AudioMetadata, audio_payload, decode
from voiceagent.protocol.twilio_media import Started, TwilioSide
from voiceagent.testing.clock import ManualClock

RATE = 24_000
FRAME = base64.b64encode(tone((440.0,), 20, RATE))


class Socket:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.waiting = 0
        self.closed: tuple[int, str] | None = None

    def send_text(self, payload: bytes) -> None:
        self.sent.append(json.loads(payload))

    def backlog(self) -> int:
        return self.waiting

    def shut(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def events(self) -> list[str]:
        return [message["event"] for message in self.sent]


class Bench:
    def __init__(self) -> None:
        self.socket, self.clock = Socket(), ManualClock()
        self.heard: list[bytes] = []
        self.events: list[Event] = []
        self.failures: list[Exception] = []
        self.sounded: list[float] = []
        self.shown: list[tuple[str, bytes]] = []
        self.opened = self.stopped = 0
        self.side = TwilioSide(Started("MZ1", "CA1", "AC1"))
        self.leg = TwilioLeg(
            self.socket,
            call_sid="CA1",
            sample_rate=RATE,
            clock=self.clock,
            hear=self.heard.append,
            deliver=self.events.append,
            opened=self.open,
            sounded=self.sounded.append,
            stopped=self.stop,
            on_failure=self.failures.append,
            show=lambda direction, frame: self.shown.append((direction, frame)),
        )

    def open(self) -> None:
        self.opened += 1

    def stop(self) -> None:
        self.stopped += 1

    def begin(self, *, trip_ms: float = 0) -> None:
        self.leg.on_text(self.side.connected())
        self.leg.on_text(self.side.start())
        self.clock.advance(trip_ms)
        self.answer(self.socket.sent.pop()["mark"]["name"])

    def answer(self, name: str) -> None:
        """Twilio answers a mark."""
        self.leg.on_text(self.side.mark(name))

    def speak(self, ms: float) -> bytes:
        """The caller speaks; returns what the engine heard of it."""
        codes = ulaw_encode(tone((440.0,), ms, 8000))
        for at in range(0, len(codes), 160):
            self.leg.on_text(self.side.media(base64.b64encode(codes[at : at + 160])))
        return b"".join(base64.b64decode(payload) for payload in self.heard)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_path_opens_when_the_stream_starts(bench: Bench) -> None:
    bench.speak(20)
    assert (bench.opened, bench.heard) == (0, [])
    bench.begin()
    bench.leg.on_text(bench.side.start())
    assert (bench.opened, bench.socket.sent) == (1, [])


def test_what_the_caller_says_is_heard_at_the_calls_rate(bench: Bench) -> None:
    bench.begin()
    heard = bench.speak(500)
    assert {len(base64.b64decode(payload)) for payload in bench.heard} == {960}
    assert len(heard) == 500 * 48
    assert level_dbfs(heard) == pytest.approx(level_dbfs(tone((440.0,), 500, 8000)), abs=0.3)


def test_what_the_agent_says_goes_out_as_ulaw(bench: Bench) -> None:
    bench.begin()
    for _ in range(25):
        bench.leg.play(FRAME)
    media = [message for message in bench.socket.sent if message["event"] == "media"]
    assert [len(base64.b64decode(message["media"]["payload"])) for message in media] == [160] * 25
    assert {message["streamSid"] for message in bench.socket.sent} == {"MZ1"}


def test_a_mark_follows_every_tenth_of_a_second_and_tells_what_is_left(bench: Bench) -> None:
    bench.begin()
    for _ in range(12):
        bench.leg.play(FRAME)
    names = [message["mark"]["name"] for message in bench.socket.sent if message["event"] == "mark"]
    assert names == ["2", "3"]
    bench.answer("2")
    bench.answer("3")
    assert bench.sounded == [140, 40]


def test_what_is_played_while_its_word_and_our_clear_are_under_way_counts_as_heard(bench: Bench) -> None:
    bench.begin(trip_ms=50)
    for _ in range(12):
        bench.leg.play(FRAME)
    bench.answer("2")
    bench.answer("3")
    assert bench.sounded == [90, 0]


def test_a_clear_measures_the_way_too_and_the_shortest_counts(bench: Bench) -> None:
    bench.begin(trip_ms=80)
    for _ in range(6):
        bench.leg.play(FRAME)
    bench.leg.stop_playback()
    bench.clock.advance(30)
    bench.answer("2")
    for _ in range(6):
        bench.leg.play(FRAME)
    bench.answer("3")
    assert bench.sounded == [10]  # 240 handed over, the mark after 200 of them, 30 ms of way


def test_marks_of_what_was_cleared_say_nothing(bench: Bench) -> None:
    bench.begin()
    for _ in range(6):
        bench.leg.play(FRAME)
    bench.leg.stop_playback()
    assert bench.socket.sent[-1] == {"event": "clear", "streamSid": "MZ1"}
    bench.answer("2")
    assert bench.sounded == []


def test_keys_are_delivered(bench: Bench) -> None:
    bench.begin()
    bench.leg.on_text(bench.side.dtmf("5"))
    assert bench.events == [KeyPressed("5")]


def test_the_streams_end_is_told(bench: Bench) -> None:
    bench.begin()
    bench.leg.on_text(bench.side.stop())
    assert bench.stopped == 1


def test_a_stream_of_another_call_is_refused(bench: Bench) -> None:
    bench.leg.on_text(TwilioSide(Started("MZ1", "CA2", "AC1")).start())
    assert (bench.opened, bench.socket.closed) == (0, (1008, "the stream is for another call"))
    bench.leg.on_text(bench.side.start())
    assert bench.opened == 0


def test_another_sound_is_refused(bench: Bench) -> None:
    bench.leg.on_text(TwilioSide(Started("MZ1", "CA1", "AC1", sample_rate=16_000)).start())
    assert bench.socket.closed == (1008, "expected 1 x 8000 Hz audio/x-mulaw")


def test_a_slow_line_loses_audio_and_counts_it(bench: Bench) -> None:
    assert not bench.leg.play(FRAME)
    bench.begin()
    bench.socket.waiting = BACKLOG_LIMIT + 1
    assert not bench.leg.play(FRAME)
    bench.socket.waiting = 0
    assert bench.leg.play(FRAME)
    bench.socket.sent.clear()
    assert (bench.leg.dropped, bench.socket.sent) == (2, [])


def test_unknown_messages_are_counted_and_too_many_bad_ones_end_the_stream(bench: Bench) -> None:
    bench.begin()
    bench.leg.on_text(b'{"event":"news"}')
    assert bench.leg.unknown == 1
    for _ in range(21):
        bench.leg.on_text(b"nonsense")
    assert (bench.leg.garbage, bench.socket.closed) == (21, (1008, "too many malformed messages"))


def test_an_error_nobody_foresaw_ends_the_call(bench: Bench) -> None:
    bench.begin()
    bench.leg._hear = lambda _: 1 / 0
    bench.speak(100)
    assert isinstance(bench.failures[0], ZeroDivisionError)


def test_captures_see_the_frames_of_the_other_service(bench: Bench) -> None:
    bench.begin()
    bench.speak(100)
    bench.leg.play(FRAME)
    bench.leg.stop_playback()
    directions = [direction for direction, _ in bench.shown]
    assert decode(bench.shown[0][1]) == AudioMetadata("MZ1", "PCM", RATE, 1, 960)
    assert audio_payload(bench.shown[1][1]) == bench.heard[0]
    assert bench.shown[-1] == ("out", STOP_AUDIO)
    assert directions[-2:] == ["out", "out"]


async def test_closing_is_asked_of_the_socket(bench: Bench) -> None:
    await bench.leg.close("x" * 200)
    assert bench.socket.closed == (1000, "x" * 100)
