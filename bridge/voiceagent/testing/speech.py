"""Speech parts without models, for fast and exact tests: tones for words, an ear that knows them, a detector of loudness.

`ToneVoice` speaks a text as a tone whose length is proportional to it and whose pitch tells the ear which text it was, also
after resampling and at any rate that telephones use. So a whole conversation can be held in sound and be exact.
"""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from voiceagent.speech.hear.digits import spoken_digits
from voiceagent.speech.parts import Parts
from voiceagent.speech.port import HEARING_RATE, Cancelled, Heard, Thinker, Variant, never
from voiceagent.speech.think.port import Call, DigitsWanted, Item, Said

MS_PER_CHARACTER = 20
"""A `ToneVoice` speaks this slowly: a sentence of 50 characters lasts a second."""
_LOWEST_HZ, _STEP_HZ, _PITCHES = 400, 20, 130
_LOUD = 0.02
"""Root mean square (of 1) from which a window is speech; silence and the noise of µ-law lie far below."""
_CHUNK_MS = 100


class Phrasebook:
    """Which pitch means which text; shared by a voice and an ear. Up to 130 texts, then the oldest pitch is used again."""

    def __init__(self) -> None:
        self._pitches: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._lock = threading.Lock()

    def pitch_hz(self, text: str) -> int:
        """The pitch of a text, a new one if it was never said."""
        with self._lock:
            if text not in self._pitches:
                pitch = _LOWEST_HZ + _STEP_HZ * (len(self._pitches) % _PITCHES)
                self._pitches[text] = pitch
                self._texts[pitch] = text
            return self._pitches[text]

    def text_at(self, pitch_hz: float) -> str:
        """The text whose pitch is nearest, or "" when none is near."""
        nearest = _LOWEST_HZ + _STEP_HZ * round((pitch_hz - _LOWEST_HZ) / _STEP_HZ)
        return self._texts.get(nearest, "")


class ToneVoice:
    """A `Voice` that hums: 20 ms per character, one pitch per text."""

    def __init__(self, book: Phrasebook | None = None) -> None:
        self.book = book or Phrasebook()
        self.spoken: list[str] = []

    def stream(self, text: str, *, rate: int, variant: Variant = "agent", cancelled: Cancelled = never) -> Iterator[bytes]:  # noqa: ARG002 - the port's signature
        """Hum the text in chunks of 100 ms; ends early when cancelled."""
        self.spoken.append(text)
        tone = tone_pcm(self.book.pitch_hz(text), len(text) * MS_PER_CHARACTER, rate=rate)
        size = rate * 2 * _CHUNK_MS // 1000
        for begin in range(0, len(tone), size):
            if cancelled():
                return
            yield tone[begin : begin + size]


class ToneEar:
    """An `Ear` that knows the phrasebook's tones, and says "" for any other sound. `confidence` is what it always claims."""

    def __init__(self, book: Phrasebook, *, confidence: float = -0.05) -> None:
        self._book = book
        self._confidence = confidence
        self.heard: list[str] = []

    def transcribe(self, pcm: bytes, *, digits: bool = False, cancelled: Cancelled = never) -> Heard:
        """The text of the tone, or its digits alone in digits mode."""
        if cancelled():
            return Heard("")
        text = self._book.text_at(pitch_of(pcm))
        text = spoken_digits(text) if digits else text
        self.heard.append(text)
        return Heard(text, self._confidence)


class LoudnessDetector:
    """A `Detector` for which everything loud is speech: probability 1 or 0 for each window of 32 ms."""

    window_ms = 32.0

    def __init__(self) -> None:
        self._rest = b""

    def push(self, pcm: bytes) -> list[float]:
        """Take 16 kHz audio; return the probability of each completed window."""
        waiting = self._rest + pcm
        size = round(self.window_ms * HEARING_RATE / 1000) * 2
        whole = len(waiting) - len(waiting) % size
        self._rest = waiting[whole:]
        return [float(_loudness(waiting[at : at + size]) >= _LOUD) for at in range(0, whole, size)]

    def reset(self) -> None:
        """Forget the incomplete window."""
        self._rest = b""


class ScriptedThinker:
    """A `Thinker` that plays its moves turn by turn, and keeps the conversations it was asked about."""

    def __init__(self, *turns: Sequence[Said | Call], digits: DigitsWanted | None = None, unfinished: bool = False) -> None:
        self._turns = list(turns)
        self._digits = digits
        self._unfinished = unfinished
        self.asked: list[tuple[Item, ...]] = []

    async def reply(
        self,
        conversation: Sequence[Item],
        tools: Sequence[Mapping[str, object]],  # noqa: ARG002 - the port's signature
        instructions: str,  # noqa: ARG002 - the port's signature
    ) -> AsyncIterator[Said | Call]:
        """The next turn's moves; nothing when the script is over."""
        self.asked.append(tuple(conversation))
        for move in self._turns.pop(0) if self._turns else ():
            yield move

    def expects_digits(self, conversation: Sequence[Item], tools: Sequence[Mapping[str, object]] = ()) -> DigitsWanted | None:  # noqa: ARG002 - the port's signature
        """What the script was made with."""
        return self._digits

    def unfinished(self, conversation: Sequence[Item], text: str, tools: Sequence[Mapping[str, object]] = ()) -> bool:  # noqa: ARG002 - the port's signature
        """What the script was made with."""
        return self._unfinished


def tone_parts(thinker: Thinker, book: Phrasebook | None = None) -> Parts:
    """Parts made of fakes, with real threads. A caller's `ToneVoice` on the same book can talk to them."""
    shared = book or Phrasebook()
    return Parts(new_detector=LoudnessDetector, ear=ToneEar(shared), thinker=thinker, voice=ToneVoice(shared))


def tone_pcm(pitch_hz: float, duration_ms: float, *, rate: int, level: float = 0.3) -> bytes:
    """A sine as PCM16."""
    turn = 2 * math.pi * pitch_hz / rate
    count = round(duration_ms * rate / 1000)
    return array("h", (round(level * 32767 * math.sin(turn * n)) for n in range(count))).tobytes()


def pitch_of(pcm: bytes, *, rate: int = HEARING_RATE) -> float:
    """The pitch of the loud middle of a sound, 0.0 when there is none. Zero crossings, so a pure tone is assumed."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    loud = [at for at, sample in enumerate(samples) if abs(sample) >= _LOUD * 32767 * 2]
    if len(loud) < 2:
        return 0.0
    begin, end = loud[0] + (loud[-1] - loud[0]) // 10, loud[-1] - (loud[-1] - loud[0]) // 10
    middle = samples[begin:end]
    rising = [at for at in range(1, len(middle)) if middle[at - 1] < 0 <= middle[at]]
    if len(rising) < 2:
        return 0.0
    return (len(rising) - 1) * rate / (rising[-1] - rising[0])


def _loudness(pcm: bytes) -> float:
    samples = array("h", pcm)
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples))) / 32767
