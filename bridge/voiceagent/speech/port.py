"""The four roles an engine is made of, as seen by whoever assembles them: detector, ear, thinker, voice. Types only.

Audio in is 16-bit little-endian mono PCM at 16 kHz (what speech models want), audio out is the same at any rate. Ear, voice
and detector block the thread they run on; `parts.Parts` gives them threads. The thinker is asynchronous and never blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from voiceagent.speech.think.port import DigitsWanted, Thinker

__all__ = ["HEARING_RATE", "Cancelled", "Detector", "DigitsWanted", "Ear", "Heard", "Thinker", "Variant", "Voice", "never"]

HEARING_RATE = 16_000
"""Samples per second of everything that is listened to."""

Cancelled = Callable[[], bool]
"""Asked between small pieces of work, from any thread; true means that nobody wants the result any more."""

Variant = Literal["agent", "caller-low", "caller-high"]
"""Which of its timbres the voice takes: the agent's own, or one of two that serve emulated callers."""


def never() -> bool:
    """The `Cancelled` of work that is always wanted."""
    return False


@dataclass(frozen=True, slots=True)
class Heard:
    """What an ear understood. `confidence` is the mean log-probability per token: 0 is certain, below -0.45 is doubtful.

    It is the model's own, also in digits mode: digits forced out of other words have a very low one.
    """

    text: str
    confidence: float = 0.0


class Detector(Protocol):
    """Tells speech from everything else; it remembers what it heard, so every call has its own."""

    window_ms: float
    """How much audio one probability covers."""

    def push(self, pcm: bytes) -> list[float]:
        """Take audio of any length; return the speech probability of each window it completed."""
        ...

    def reset(self) -> None:
        """Forget everything, as if new."""
        ...


class Ear(Protocol):
    """Speech to text; has no memory, and many threads may use one at once."""

    def transcribe(self, pcm: bytes, *, digits: bool = False, cancelled: Cancelled = never) -> Heard:
        """Put one utterance into words; with `digits` only digits can come out. Cancelled work returns empty text."""
        ...


class Voice(Protocol):
    """Text to speech; has no memory, and many threads may use one at once."""

    def stream(self, text: str, *, rate: int, variant: Variant = "agent", cancelled: Cancelled = never) -> Iterator[bytes]:
        """Speak: PCM at `rate` in chunks, each as soon as it is ready. Cancelled work ends early."""
        ...
