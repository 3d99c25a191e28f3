"""Over a line with a delay of its own, the account of what the caller heard is right wherever the caller interrupts.

In virtual time: our leg and account on one side, the emulated ear on the other, and between them a way that takes its time. The
line begins to play late, as real ones do, which arithmetic alone cannot know; its marks tell.
"""

from __future__ import annotations

import base64
import heapq
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.audio.tones import tone
from voiceagent.call.playback import Playback
from voiceagent.emulators.acs.ear import Ear
from voiceagent.legs.twilio import TwilioLeg
from voiceagent.protocol.twilio_media import Started, TwilioSide
from voiceagent.testing.clock import ManualClock

RATE, FRAME_MS, AHEAD_MS = 24_000, 20, 200.0
FRAME = base64.b64encode(tone((440.0,), FRAME_MS, RATE))


class Line:
    """Both ends and the way between; `way_ms` each way, `late_ms` before the line plays what it has."""

    def __init__(
        self, chance: random.Random, *, way_ms: float, jitter_ms: float, late_ms: float, believed: bool = True
    ) -> None:
        self.clock, self.playback, self.ear = ManualClock(), Playback(), Ear(8000, keep_ms=0)
        self._chance, self._way, self._jitter, self._late = chance, way_ms, jitter_ms, late_ms
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._there = self._back = 0.0
        self._side = TwilioSide(Started("MZ1", "CA1", "AC1"))
        self._marks: list[tuple[float, str]] = []
        self.leg = TwilioLeg(
            self,
            call_sid="CA1",
            sample_rate=RATE,
            clock=self.clock,
            hear=lambda _: None,
            deliver=lambda _: None,
            opened=lambda: None,
            sounded=lambda ahead: self.playback.confirmed(ahead, self.clock.now_ms()) if believed else None,
            stopped=lambda: None,
            on_failure=_raised,
        )
        self.leg.on_text(self._side.start())

    # --- our socket

    def send_text(self, payload: bytes) -> None:
        message = json.loads(payload)
        self._there = self._after(self._there, lambda: self._arrives(message))

    def backlog(self) -> int:
        return 0

    def shut(self, code: int, reason: str) -> None:
        raise AssertionError(reason)

    # --- the other end

    def _arrives(self, message: dict[str, Any]) -> None:
        now = self.clock.now_ms()
        match message["event"]:
            case "media":
                if not self.ear.queued_ms(now):
                    self.ear.plays(bytes(int(self._late * 16) // 2 * 2), now)
                self.ear.plays(tone((440.0,), len(base64.b64decode(message["media"]["payload"])) / 8, 8000), now)
            case "mark":
                self._marks.append((now + self.ear.queued_ms(now), message["mark"]["name"]))
            case "clear":
                self.ear.stop(now)
                self._marks = [(now, name) for _, name in self._marks]

    # --- time

    def pass_until(self, end: float) -> None:
        while self.clock.now_ms() < end:
            self.clock.advance(1)
            now = self.clock.now_ms()
            while self._due and self._due[0][0] <= now:
                heapq.heappop(self._due)[2]()
            for mark in [mark for mark in self._marks if mark[0] <= now]:
                self._marks.remove(mark)
                self._back = self._after(self._back, lambda name=mark[1]: self.leg.on_text(self._side.mark(name)))

    def speak_until(self, end: float) -> None:
        """The agent speaks, paced as the audio lane does."""
        while self.clock.now_ms() < end:
            now = self.clock.now_ms()
            while self.playback.ahead_ms(now) + FRAME_MS <= AHEAD_MS:
                self.playback.arrived("r", "i", FRAME_MS)
                self.leg.play(FRAME)
                self.playback.handed_over("i", FRAME_MS, now)
            self.pass_until(min(now + FRAME_MS, end))

    def _after(self, last: float, what: Callable[[], None]) -> float:
        """In order, each after the way and some jitter; returns when."""
        at = max(last, self.clock.now_ms() + self._way + self._chance.uniform(0, self._jitter))
        self._number += 1
        heapq.heappush(self._due, (at, self._number, what))
        return at


def _raised(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("seed", range(20))
def test_what_was_heard_is_known_within_60_ms_wherever_the_caller_interrupts(seed: int) -> None:
    chance = random.Random(seed)
    line = Line(chance, way_ms=chance.uniform(5, 100), jitter_ms=20, late_ms=chance.uniform(0, 150))
    line.pass_until(500)
    at = 500 + chance.uniform(900, 2500)
    line.speak_until(at)
    line.playback.flush(line.clock.now_ms())
    line.leg.stop_playback()
    line.pass_until(at + 500)
    heard = sum(stretch.speech_ms for stretch in line.ear.stretches)
    assert line.playback.heard_ms("i", line.clock.now_ms()) == pytest.approx(heard, abs=60)


def test_arithmetic_alone_would_not_know_it() -> None:
    line = Line(random.Random(1), way_ms=20, jitter_ms=0, late_ms=150, believed=False)
    line.pass_until(500)
    line.speak_until(2000)
    line.playback.flush(2000)
    line.leg.stop_playback()
    line.pass_until(2500)
    heard = sum(stretch.speech_ms for stretch in line.ear.stretches)
    assert line.playback.heard_ms("i", 2500) - heard > 100
