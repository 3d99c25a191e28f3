"""Where callers' speech is made ready: synthesised, sent over an imagined telephone line, cut into frames.

Blocking, therefore in a thread.

Synthesis happens in one thread for all calls, so that twenty callers who begin at once do not take the processor from the
agents they talk to; what was said before is remembered.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal, Protocol

from voiceagent.emulators.acs.ear import speech_bounds
from voiceagent.emulators.acs.script import Interrupt, Say, Speaker, Step, Utterance, Wav, frames_of, trimmed
from voiceagent.errors import UserError

REMEMBERED = 128
"""Utterances; a few seconds of speech are some 300 KB, so this is some 40 MB at most."""

NOISE_SECONDS = 2
"""Length of the noise that is sent over and over while the caller is silent."""

SPEECH_DBFS = -26.0
"""Nominal level of telephone speech (ITU-T P.56 active level), assumed of a caller who says nothing."""

HEARING_RATE = 16_000


class Understood(Protocol):
    """What an ear made of speech; `confidence` is a logarithm, 0 is certain."""

    @property
    def text(self) -> str: ...

    @property
    def confidence(self) -> float: ...


class Listener(Protocol):
    """An ear that puts speech into words. Called in a worker thread."""

    def transcribe(self, pcm: bytes) -> Understood:
        """16 kHz PCM of one utterance."""
        ...


LineKind = Literal["telephone", "wideband"]


@dataclass(frozen=True, slots=True)
class Line:
    """What lies between the caller's mouth and the service. `noise_db` is the signal-to-noise ratio, None a quiet room.

    What happens to frames on their way is not part of how words sound, so lines are equal without it.
    """

    kind: LineKind = "telephone"
    noise_db: float | None = None
    loss_percent: float = field(default=0, compare=False)
    """Frames that never arrive."""
    jitter_ms: float = field(default=0, compare=False)
    """Frames arrive late by a chance time of up to this."""
    echo_db: float | None = field(default=None, compare=False)
    """The agent's voice comes back, so much softer than it was heard; None: not at all."""

    @property
    def is_impaired(self) -> bool:
        return bool(self.loss_percent or self.jitter_ms or self.echo_db is not None)


class Studio:
    """`voice` makes the speaker when the first words are needed; None: callers can only play WAV files and press keys."""

    def __init__(self, voice: Callable[[], Speaker] | None, ear: Callable[[], Listener] | None = None) -> None:
        self.has_voice = voice is not None
        self._voice = voice
        self._ear = ear
        self._listener: Listener | None = None
        self._speaker: Speaker | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="caller-voice")
        self._made: OrderedDict[tuple[str, int, Line], Utterance] = OrderedDict()

    def must_be_able_to_say(self, steps: tuple[Step, ...]) -> None:
        """UserError when there are words and no voice."""
        if not self.has_voice and any(isinstance(step, Say | Interrupt) for step in steps):
            raise UserError(
                "This emulator has no voice for callers.", remedy="Start it with the embedded models, or use `wav` steps."
            )

    async def utterance(self, step: Step, rate: int, line: Line) -> Utterance | None:
        """The words of a step, or None for a step without words."""
        if not isinstance(step, Say | Interrupt | Wav):
            return None
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._make, step, rate, line)

    async def idle_frames(self, rate: int, line: Line, level_dbfs: float) -> tuple[bytes, ...]:
        """What the line carries while a caller of that loudness is silent: frames to send in turn, nothing on a quiet line."""
        if line.noise_db is None:
            return ()
        return await asyncio.get_running_loop().run_in_executor(self._thread, _idle, rate, line, level_dbfs)

    async def words(self, text: str, rate: int) -> bytes:
        """A text as it is spoken, without a telephone line. Only when there is a voice."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._say, text, rate)

    async def understand(self, words: Utterance, rate: int) -> tuple[str, float]:
        """What was said, and how certain that is from 0 to 1: by the ear if there is one, otherwise by the script."""
        if self._ear is None:
            return words.text, 1.0 if words.text else 0.0
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._listen, words.pcm, rate)

    async def warm_up(self) -> None:
        """Load the voice before the first call needs it."""
        if self._voice is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._get_speaker)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _say(self, text: str, rate: int) -> bytes:
        return b"".join(self._get_speaker().stream(text, rate=rate))

    def _listen(self, pcm: bytes, rate: int) -> tuple[str, float]:
        from voiceagent.audio.resample import resample

        if self._listener is None:
            assert self._ear is not None
            self._listener = self._ear()
        heard = self._listener.transcribe(resample(pcm, rate, HEARING_RATE))
        return heard.text, math.exp(min(0.0, heard.confidence))

    def _make(self, step: Say | Interrupt | Wav, rate: int, line: Line) -> Utterance:
        if isinstance(step, Wav):
            return over_the_line("", step.pcm, step.rate, rate, line)
        key = (step.text, rate, line)
        if key not in self._made:
            pcm = trimmed(b"".join(self._get_speaker().stream(step.text, rate=rate)), rate)
            self._made[key] = over_the_line(step.text, pcm, rate, rate, line)
            if len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return self._made[key]

    def _get_speaker(self) -> Speaker:
        if self._speaker is None:
            assert self._voice is not None, "a call with words was placed on a network without a voice"
            self._speaker = self._voice()
        return self._speaker


def over_the_line(text: str, pcm: bytes, from_rate: int, rate: int, line: Line) -> Utterance:
    """Speech as it arrives at the service. Where it begins and ends is judged before noise is added."""
    from voiceagent.audio.line import telephone
    from voiceagent.audio.resample import resample
    from voiceagent.audio.tones import level_dbfs, mix, noise

    clean = resample(pcm, from_rate, rate)
    level = level_dbfs(clean)
    if line.kind == "telephone":
        heard = telephone(clean, rate, noise_db=line.noise_db)
    elif line.noise_db is not None:
        hiss = noise(len(clean) * 500 / rate, rate, seed=0, level_dbfs=level - line.noise_db)
        heard = mix(clean, hiss[: len(clean)])
    else:
        heard = clean
    begins, ends = speech_bounds(clean, rate)
    return Utterance(text, heard, frames_of(heard, rate), begins, ends, level)


def _idle(rate: int, line: Line, level_dbfs: float) -> tuple[bytes, ...]:
    from voiceagent.audio.line import telephone
    from voiceagent.audio.tones import noise

    assert line.noise_db is not None
    hiss = noise(NOISE_SECONDS * 1_000, rate, seed=0, level_dbfs=level_dbfs - line.noise_db)
    return frames_of(telephone(hiss, rate) if line.kind == "telephone" else hiss, rate)
