"""What the caller will do: the steps of a placed call, and the words of it as frames ready to send.

Speech is synthesised and encoded before it is needed, so that sending a frame is handing over bytes.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voiceagent.emulators.acs.ear import speech_bounds
from voiceagent.errors import UserError

FRAME_MS = 20
KEYS = frozenset("0123456789*#ABCD")

EDGE_MS = 40.0
"""Silence left around synthesised words: enough not to clip a soft onset, little enough not to count as thinking."""


class Speaker(Protocol):
    """A voice for callers. Called in a worker thread."""

    def stream(self, text: str, *, rate: int) -> Iterator[bytes]:
        """PCM16 mono of the text, piece by piece."""
        ...


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Wav:
    """A recording in place of words. With `after_ms` it interrupts, as `Interrupt` does.

    With `pause_ms` it begins so long after the agent has finished, in place of the caller's own patience.
    """

    pcm: bytes
    rate: int
    after_ms: float | None = None
    pause_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Speak `after_ms` after the agent's next turn has begun at the ear."""

    text: str
    after_ms: float


@dataclass(frozen=True, slots=True)
class Dtmf:
    keys: str


@dataclass(frozen=True, slots=True)
class Silence:
    ms: float


Step = Say | Wav | Interrupt | Dtmf | Silence


def interrupts_after(step: Step) -> float | None:
    """How long after the agent's turn began the step begins; None: it waits for the turn to end."""
    return step.after_ms if isinstance(step, Interrupt | Wav) else None


def pauses_for(step: Step, patience_ms: float) -> float:
    """How long the agent must have been silent before the step begins."""
    return step.pause_ms if isinstance(step, Wav) and step.pause_ms is not None else patience_ms


def kind_of(step: Step) -> str:
    """Its name in a request."""
    return type(step).__name__.lower()


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech ready to send at one rate: `frames` are base64, 20 ms each; speech lasts from `begins_ms` to `ends_ms` within."""

    text: str
    pcm: bytes
    frames: tuple[bytes, ...]
    begins_ms: float
    ends_ms: float
    level_dbfs: float = 0.0


def frames_of(pcm: bytes, rate: int) -> tuple[bytes, ...]:
    """20 ms base64 frames, the last one filled with silence."""
    size = rate * 2 * FRAME_MS // 1000
    count = math.ceil(len(pcm) / size)
    padded = pcm.ljust(count * size, b"\0")
    return tuple(b64encode(padded[i * size : (i + 1) * size]) for i in range(count))


def trimmed(pcm: bytes, rate: int) -> bytes:
    """Speech without the silence a synthesiser puts around it, so that latencies begin where the words end."""
    begins, ends = speech_bounds(pcm, rate)
    first = int(max(0.0, begins - EDGE_MS) * rate / 1000) * 2
    last = int((ends + EDGE_MS) * rate / 1000) * 2
    return pcm[first:last]


def read_steps(steps: object) -> tuple[Step, ...]:
    """The steps of a request. UserError names the step that cannot be read."""
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise UserError('`steps` must be a list of steps such as {"say": "Hello"}.')
    return tuple(_read_step(index, step) for index, step in enumerate(steps, start=1))


def _read_step(index: int, step: object) -> Step:
    if not isinstance(step, Mapping):
        raise UserError(f'Step {index} must be an object such as {{"say": "Hello"}}.')
    found = [kind for kind in _READERS if kind in step]
    if len(found) != 1:
        raise UserError(f"Step {index} must have exactly one of {', '.join(_READERS)}; it has {', '.join(step) or 'nothing'}.")
    unknown = [key for key in step if key not in (found[0], "after_ms", *(["pause_ms"] if found[0] == "wav" else []))]
    if unknown:
        raise UserError(f"Step {index} has the unknown key {unknown[0]!r}.")
    return _READERS[found[0]](index, step)


def _say(index: int, step: Mapping[str, Any]) -> Step:
    return Say(_words(index, step["say"]))


def _interrupt(index: int, step: Mapping[str, Any]) -> Step:
    return Interrupt(_words(index, step["interrupt"]), _number(index, "after_ms", step.get("after_ms", 1_000)))


def _silence(index: int, step: Mapping[str, Any]) -> Step:
    return Silence(_number(index, "silence", step["silence"]))


def _dtmf(index: int, step: Mapping[str, Any]) -> Step:
    keys = str(step["dtmf"]).upper()
    if not keys or not set(keys) <= KEYS:
        raise UserError(f"Step {index}: dtmf takes the keys 0-9, *, # and A-D; got {step['dtmf']!r}.")
    return Dtmf(keys)


def _wav(index: int, step: Mapping[str, Any]) -> Step:
    from voiceagent.audio.wav import read_wav

    try:
        content = b64decode(str(step["wav"]), validate=True)
    except Base64Error as error:
        raise UserError(f"Step {index}: wav must be the base64 of a WAV file.") from error
    after, pause = (None if step.get(name) is None else _number(index, name, step[name]) for name in ("after_ms", "pause_ms"))
    return Wav(*read_wav(content), after, pause)


def _words(index: int, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise UserError(f"Step {index} needs words to say.")
    return text


def _number(index: int, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 600_000:
        raise UserError(f"Step {index}: {name} must be milliseconds from 0 to 600000; got {value!r}.")
    return float(value)


_READERS = {"say": _say, "wav": _wav, "interrupt": _interrupt, "dtmf": _dtmf, "silence": _silence}
