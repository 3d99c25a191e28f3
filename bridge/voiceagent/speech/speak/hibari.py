"""The hibari voice: sentence by sentence, at any rate, in three timbres, with the repeated sentences remembered.

It speaks about 80 times faster than real time at 24 kHz. The timbres of emulated callers are the same voice played slower and
deeper or faster and higher, which costs nothing as the audio is resampled anyway.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from voiceagent.speech.port import Cancelled, Variant, never
from voiceagent.speech.quiet import hush
from voiceagent.speech.speak.reading import readable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PITCH: dict[Variant, float] = {"agent": 1.0, "caller-low": 0.86, "caller-high": 1.12}
_SEED = 1
"""The voice's breath is noise; a fixed seed makes the same words the same bytes, in tests and in the cache."""
_REMEMBERED_BYTES = 8_000_000
"""About three minutes at 24 kHz: greetings, questions and prompts of a handful of agents. The least recently said go first."""
_LONG_FIRST = 60
"""Characters beyond which a first sentence is spoken up to its first comma, so that sound begins within 100 ms."""

_AUDIBLE = 0.004
"""Amplitude (of 1) below which the voice only breathes; its quietest consonants begin above it."""
_LEAD_MS, _TAIL_MS = 30, 220
"""Silence kept before and after a sentence. The model puts about 300 ms before and 450 ms after every one: the first is latency
for whoever waits for an answer, and both together sound like the end of a turn in the middle of one."""


class Hibari:
    """A `Voice`. One model for all calls; safe to use from many threads."""

    def __init__(self) -> None:
        hush()
        from hibari import Hibari as Model

        self._model: Any = Model(threads=1)
        # The front end (spelling to sounds) keeps state of its own; the network and the synthesis do not.
        self._reading = threading.Lock()
        self._sounds: OrderedDict[tuple[str, int, Variant], bytes] = OrderedDict()
        self._sounds_bytes = 0
        self._remembering = threading.Lock()

    def stream(self, text: str, *, rate: int, variant: Variant = "agent", cancelled: Cancelled = never) -> Iterator[bytes]:
        """Speak: one chunk of PCM per sentence, the first one short. Ends early when cancelled."""
        for sentence in self._sentences(readable(text)):
            if cancelled():
                return
            if pcm := self._say(sentence, rate, variant):
                yield pcm

    def _sentences(self, text: str) -> list[str]:
        sentences: list[str] = self._model.split_sentences(text)
        if sentences and len(sentences[0]) > _LONG_FIRST and (pause := re.search(r"(?<=[,;:])\s+", sentences[0][12:])):
            at = 12 + pause.start()
            sentences[:1] = [sentences[0][:at], sentences[0][at:].strip()]
        return sentences

    def _say(self, sentence: str, rate: int, variant: Variant) -> bytes:
        key = (sentence, rate, variant)
        with self._remembering:
            if known := self._sounds.get(key):
                self._sounds.move_to_end(key)
                return known
        pcm = self._synthesise(sentence, rate, variant)
        self._remember(key, pcm)
        return pcm

    def _synthesise(self, sentence: str, rate: int, variant: Variant) -> bytes:
        import numpy as np
        import soxr

        with self._reading:
            sounds: list[str] = self._model.phonemize(sentence)
        waves = [self._model.from_phonemes(sound, seed=_SEED) for sound in sounds]
        if not waves:
            return b""
        wave: NDArray[np.float32] = np.concatenate(waves)
        wave = _without_edges(wave, self._model.sample_rate)
        played_at = self._model.sample_rate * _PITCH[variant]
        if played_at != rate:
            wave = soxr.resample(wave, played_at, rate)
        return (np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes()

    def _remember(self, key: tuple[str, int, Variant], pcm: bytes) -> None:
        with self._remembering:
            self._sounds_bytes += len(pcm) - len(self._sounds.pop(key, b""))
            self._sounds[key] = pcm
            while self._sounds_bytes > _REMEMBERED_BYTES:
                _, forgotten = self._sounds.popitem(last=False)
                self._sounds_bytes -= len(forgotten)


def _without_edges(wave: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """The sentence with no more silence around it than a speaker makes."""
    import numpy as np

    audible = np.flatnonzero(np.abs(wave) > _AUDIBLE)
    if not len(audible):
        return wave[:0]
    begin = max(0, int(audible[0]) - rate * _LEAD_MS // 1000)
    return wave[begin : int(audible[-1]) + 1 + rate * _TAIL_MS // 1000]
