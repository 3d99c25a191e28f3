"""When the caller's turn begins and ends, decided from speech probabilities alone. Pure.

Five moments exist. *Started*: enough voiced windows in a row. *Maybe*: a short silence, worth beginning to transcribe.
*Resumed*: the caller went on after all, so that work is void. *Stopped*: the silence lasted; the turn is over. Offsets are
milliseconds of audio since the detector began, and mean what Voice Live means by them: `audio_start_ms` includes the
padding before the onset, `audio_end_ms` includes the configured silence. Patience with unfinished words is not part of it:
whoever takes the silence off again must arrive at the end of the words, or the caller's wait would look shorter than it was.

    quiet --voiced for speech_duration_ms--> speaking --silence >= 160 ms--> doubtful --silence_duration_ms--> quiet
                                                 ^------------voiced-------------|
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

SPECULATE_MS = 160
"""Silence after which transcribing begins. Half of the pauses inside a sentence are shorter; the ear needs 40-160 ms, so it
is done long before the usual 500 ms are over."""

_SCALE = 0.35 / 0.5
"""Voice Live's default threshold is 0.5; on telephone speech Silero v6 behaves like it at 0.35 (no onset of an isolated digit
lost, no false alarm in kitchen noise), so the lower half of the scale is mapped there and the upper half stretched to 1."""


def silero_threshold(threshold: float) -> float:
    """Translate a threshold in Voice Live's sense into Silero's probability."""
    if threshold <= 0.5:
        return threshold * _SCALE
    return 0.35 + (threshold - 0.5) * (1 - 0.35) / 0.5


@dataclass(frozen=True, slots=True)
class TurnParams:
    """How turns are found. `threshold` on Voice Live's scale; `speculate_ms` of None never speculates."""

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500
    speech_duration_ms: int = 96
    speculate_ms: int | None = SPECULATE_MS


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The caller speaks; their words begin at `audio_start_ms` at the latest."""

    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class TurnMayBeOver:
    """A short silence: speech ended at `speech_end_ms`, perhaps for good."""

    speech_end_ms: int


@dataclass(frozen=True, slots=True)
class TurnResumed:
    """The caller went on at `audio_ms`; what `TurnMayBeOver` set off is void."""

    audio_ms: int


@dataclass(frozen=True, slots=True)
class TurnStopped:
    """The turn is over. `speech_end_ms` ends the last voiced window, `audio_end_ms` the configured silence after it."""

    audio_end_ms: int
    speech_end_ms: int


TurnEvent = TurnStarted | TurnMayBeOver | TurnResumed | TurnStopped


class _State(enum.Enum):
    QUIET = "quiet"
    SPEAKING = "speaking"
    DOUBTFUL = "doubtful"


class TurnDetector:
    """Feed it one probability per window; it answers with what that window made certain."""

    def __init__(self, params: TurnParams | None = None, *, window_ms: float = 32.0) -> None:
        self._params = params or TurnParams()
        self._threshold = silero_threshold(self._params.threshold)
        self._window_ms = window_ms
        self._state = _State.QUIET
        self._now_ms = 0.0
        self._voiced_ms = 0.0
        self._silent_ms = 0.0
        self._patience_ms = 0.0
        self._earliest_ms = 0.0

    @property
    def now_ms(self) -> float:
        """How much audio has been judged so far."""
        return self._now_ms

    @property
    def speaking(self) -> bool:
        """Whether a turn of the caller is under way."""
        return self._state is not _State.QUIET

    def configure(self, params: TurnParams) -> None:
        """Change the parameters in the middle of a call; the turn under way goes on."""
        self._params = params
        self._threshold = silero_threshold(params.threshold)

    def be_patient(self, extra_ms: float) -> None:
        """Wait so much longer than usual before this turn counts as over (the words sound unfinished)."""
        self._patience_ms = extra_ms

    def push(self, probability: float) -> list[TurnEvent]:
        """Judge the next window; usually nothing follows."""
        voiced = probability >= self._threshold
        self._now_ms += self._window_ms
        self._silent_ms = 0.0 if voiced else self._silent_ms + self._window_ms
        if self._state is _State.QUIET:
            return self._quiet(voiced)
        return self._resumed() if voiced else self._silence()

    def forget_turn(self) -> None:
        """Drop the turn under way without an event (the audio was cleared)."""
        self._end_turn()

    def _quiet(self, voiced: bool) -> list[TurnEvent]:
        self._voiced_ms = self._voiced_ms + self._window_ms if voiced else 0.0
        if not voiced or self._voiced_ms < self._params.speech_duration_ms:
            return []
        onset_ms = self._now_ms - self._voiced_ms
        self._state = _State.SPEAKING
        # The padding must not reach back into the turn before: its words would be heard twice.
        return [TurnStarted(round(max(self._earliest_ms, onset_ms - self._params.prefix_padding_ms)))]

    def _resumed(self) -> list[TurnEvent]:
        was_doubtful = self._state is _State.DOUBTFUL
        self._state = _State.SPEAKING
        self._patience_ms = 0.0
        return [TurnResumed(round(self._now_ms - self._window_ms))] if was_doubtful else []

    def _silence(self) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        speech_end_ms = round(self._now_ms - self._silent_ms)
        speculate_ms = self._params.speculate_ms
        if self._state is _State.SPEAKING and speculate_ms is not None and self._silent_ms >= speculate_ms:
            self._state = _State.DOUBTFUL
            events.append(TurnMayBeOver(speech_end_ms))
        if self._silent_ms >= self._params.silence_duration_ms + self._patience_ms:
            self._end_turn()
            events.append(TurnStopped(speech_end_ms + self._params.silence_duration_ms, speech_end_ms))
        return events

    def _end_turn(self) -> None:
        self._state = _State.QUIET
        self._voiced_ms = 0.0
        self._patience_ms = 0.0
        self._earliest_ms = self._now_ms - self._silent_ms
