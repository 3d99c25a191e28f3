"""What the caller really hears: a virtual playout buffer in front of an ear.

Audio from the app is queued without limit and played from the moment it arrives, one piece after the other, as the real
service does; StopAudio throws away what has not been played. So for each instant it is known what sounds at the ear. Loudness
decides what counts as speech: an app that streams silence between its replies is not heard as speaking.

Times are float milliseconds of whoever calls; `heard` and `stop` expect them never to go back.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

WINDOW_MS = 10.0
"""Resolution of "is this speech": fine against the 20 ms frame, coarse enough that one zero crossing is not silence."""

SPEECH_PEAK = 330
"""Peak of a window that counts as speech: -40 dBFS, above line noise and synthesised breath, below any spoken vowel."""

PAUSE_MS = 300.0
"""Silences shorter than this belong to the speech around them: the closure of a plosive, the gap between two words."""


@dataclass(slots=True)
class Heard:
    """A stretch of speech at the ear, without pauses longer than `PAUSE_MS`."""

    start_ms: float
    end_ms: float
    speech_ms: float
    """Sum of its loud windows."""
    cut: bool = False
    """Ended by StopAudio."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Audio on the tape of a call: `pcm` began to sound at `start_ms`."""

    start_ms: float
    pcm: bytes


class Ear:
    """The agent's audio at one caller's ear."""

    def __init__(self, rate: int, *, keep_ms: float) -> None:
        self.rate = rate
        self.pieces: list[Piece] = []
        """The tape, in order and without overlap."""
        self.stretches: list[Heard] = []
        self.flushes: list[float] = []
        self.received = 0
        """Audio frames that arrived."""
        self.malformed = 0
        """Frames whose audio was not base64 of whole 16-bit samples."""
        self._bytes_per_ms = rate * 2 / 1000
        self._ends_at = 0.0
        self._keep = keep_ms
        self._kept = 0.0

    # unverified: media-queue
    def hears(self, payload: bytes, now: float) -> None:
        """Queue base64 PCM that arrived `now`."""
        try:
            pcm = b64decode(payload, validate=True)
        except Base64Error:
            self.malformed += 1
            return
        if len(pcm) % 2:
            self.malformed += 1
            pcm = pcm[:-1]
        self.received += 1
        self.plays(pcm, now)

    def plays(self, pcm: bytes, now: float) -> None:
        """Queue PCM that did not come over the media socket: a prompt, a tone."""
        if not pcm:
            return
        start = max(now, self._ends_at)
        length = len(pcm) / self._bytes_per_ms
        self._ends_at = start + length
        if self._kept < self._keep:
            self._kept += length
            self.pieces.append(Piece(start, pcm))
        self._note_speech(start, pcm)

    def stop(self, now: float) -> None:
        """StopAudio: forget what has not sounded yet."""
        self.flushes.append(now)
        was_sounding = self._ends_at > now
        while self.pieces and self.pieces[-1].start_ms >= now:
            self.pieces.pop()
        if self.pieces and (piece := self.pieces[-1]).start_ms + len(piece.pcm) / self._bytes_per_ms > now:
            whole = int((now - piece.start_ms) * self._bytes_per_ms) // 2 * 2
            self.pieces[-1] = Piece(piece.start_ms, piece.pcm[:whole])
        while self.stretches and self.stretches[-1].start_ms >= now:
            self.stretches.pop()
        if self.stretches and (last := self.stretches[-1]).end_ms > now:
            last.speech_ms = max(0.0, last.speech_ms - (last.end_ms - now))
            last.end_ms, last.cut = now, True
        elif was_sounding and self.stretches and now - self.stretches[-1].end_ms <= PAUSE_MS:
            self.stretches[-1].cut = True  # between two words: the next one would have belonged to this speech
        self._ends_at = min(self._ends_at, now)

    def queued_ms(self, now: float) -> float:
        """Audio that has arrived but not sounded."""
        return max(0.0, self._ends_at - now)

    def speech_until(self, now: float) -> float | None:
        """When speech last sounded: `now` while it sounds, None when none has yet. Queued speech does not count."""
        for stretch in reversed(self.stretches):
            if stretch.start_ms <= now:
                return min(now, stretch.end_ms)
        return None

    def first_speech_after(self, since: float, now: float) -> float | None:
        """When the first speech that began after `since` came to the ear, if it has."""
        found = None
        for stretch in reversed(self.stretches):
            if stretch.start_ms < since:
                break
            if stretch.start_ms <= now:
                found = stretch.start_ms
        return found

    def speech_is_queued(self, now: float) -> bool:
        """More speech will sound without anything further arriving."""
        return bool(self.stretches) and self.stretches[-1].end_ms > now

    def stretch_at(self, at: float) -> Heard | None:
        """The stretch of speech that sounds at that time."""
        for stretch in reversed(self.stretches):
            if stretch.start_ms <= at:
                return stretch if at < stretch.end_ms else None
        return None

    def _note_speech(self, start: float, pcm: bytes) -> None:
        for begin, end in loud_spans(pcm, self.rate):
            at, until = start + begin, start + end
            last = self.stretches[-1] if self.stretches else None
            if last is not None and not last.cut and at - last.end_ms <= PAUSE_MS:
                last.end_ms = until
                last.speech_ms += end - begin
            else:
                self.stretches.append(Heard(at, until, end - begin))


def loud_spans(pcm: bytes, rate: int) -> list[tuple[float, float]]:
    """The spans of `pcm` that are speech, in ms from its start, neighbouring windows joined."""
    import numpy as np

    samples = np.frombuffer(pcm, dtype="<i2")
    width = int(rate * WINDOW_MS / 1000)
    whole = len(samples) // width
    peaks = np.abs(samples[: whole * width].reshape(whole, width).astype(np.int32)).max(axis=1) if whole else np.empty(0)
    loud = [bool(peak >= SPEECH_PEAK) for peak in peaks.tolist()]
    rest = samples[whole * width :].astype(np.int32)
    if rest.size:
        loud.append(bool(np.abs(rest).max() >= SPEECH_PEAK))
    return _join(loud, len(samples) * 1000 / rate)


def _join(loud: list[bool], length_ms: float) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for index, is_loud in enumerate(loud):
        if not is_loud:
            continue
        begin, end = index * WINDOW_MS, min((index + 1) * WINDOW_MS, length_ms)
        if spans and spans[-1][1] >= begin:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return spans


def speech_bounds(pcm: bytes, rate: int) -> tuple[float, float]:
    """First and last moment of speech in an utterance, in ms; the whole of it when none is loud enough."""
    spans = loud_spans(pcm, rate)
    return (spans[0][0], spans[-1][1]) if spans else (0.0, len(pcm) / (rate * 2 / 1000))
