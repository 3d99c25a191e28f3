"""What one call's listening remembers: the audio of the turn under way, cut where the turn detector says.

Feed audio at the call's rate; out come turn events, and `utterance()` is the speech they speak about, at the ear's rate.
Blocking (the detector computes); use it from one worker thread at a time.
"""

from __future__ import annotations

from voiceagent.audio.resample import Resampler
from voiceagent.speech.port import HEARING_RATE, Detector
from voiceagent.speech.turns import TurnDetector, TurnEvent, TurnParams, TurnStarted

LONGEST_MS = 120_000
"""Audio kept of one turn. Who talks longer loses the oldest part: the end of what was said holds the wish."""

_BYTES_PER_MS = HEARING_RATE * 2 // 1000
_KEPT_IN_QUIET_MS = 6_000
"""Audio kept while nobody speaks: the longest prefix padding there can be (5 s) and the windows that led to the onset."""


class Listener:
    """The detector, the turn logic and the audio of one call."""

    def __init__(self, detector: Detector, *, rate: int, params: TurnParams | None = None) -> None:
        self._detector = detector
        self._resampler = Resampler(rate, HEARING_RATE)
        self.turns = TurnDetector(params, window_ms=detector.window_ms)
        self._audio = bytearray()
        self._begins_ms = 0.0
        self._turn_ms: float | None = None

    def push(self, pcm: bytes) -> list[TurnEvent]:
        """Listen to the caller's next piece of audio; return what it made certain."""
        heard = self._resampler.push(pcm)
        self._audio += heard
        events = [event for probability in self._detector.push(heard) for event in self.turns.push(probability)]
        for event in events:
            if isinstance(event, TurnStarted):
                self._turn_ms = event.audio_start_ms
        self._forget()
        return events

    def utterance(self, *, until_ms: float | None = None) -> bytes:
        """The audio of the latest turn (16 kHz), from its padded start to `until_ms` or to now."""
        if self._turn_ms is None:
            return b""
        return self.audio(self._turn_ms, until_ms)

    def audio(self, from_ms: float, until_ms: float | None = None) -> bytes:
        """What is still remembered between two offsets (16 kHz)."""
        begin = self._offset(from_ms)
        end = len(self._audio) if until_ms is None else self._offset(until_ms)
        return bytes(self._audio[begin:end])

    def clear(self) -> None:
        """Drop the audio heard so far and the turn under way; offsets go on counting."""
        self._drop(len(self._audio))
        self._turn_ms = None
        self.turns.forget_turn()

    def _offset(self, at_ms: float) -> int:
        wanted = round((at_ms - self._begins_ms) * _BYTES_PER_MS) // 2 * 2
        return min(max(0, wanted), len(self._audio))

    def _forget(self) -> None:
        keep_from_ms = self.turns.now_ms - (LONGEST_MS if self.turns.speaking else _KEPT_IN_QUIET_MS)
        if self._turn_ms is not None and not self.turns.speaking:
            keep_from_ms = max(min(self._turn_ms, keep_from_ms), self.turns.now_ms - LONGEST_MS)
        # In steps of a second: cutting the head off a bytearray for every frame would move the whole rest each time.
        if (excess := self._offset(keep_from_ms)) >= HEARING_RATE * 2:
            self._drop(excess)

    def _drop(self, size: int) -> None:
        del self._audio[:size]
        self._begins_ms += size / _BYTES_PER_MS
