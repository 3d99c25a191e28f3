"""The seam between the wire and whatever listens, thinks and speaks behind it. Types only.

One source object serves one session. All calls come from one event loop, in the order of the client's events; `hear` may take
its time on a worker thread, later audio then waits. PCM is 16-bit little-endian mono.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class TurnRules:
    """How turns are to be found; the service's own parameters."""

    threshold: float = 0.5
    prefix_padding_ms: int = 400
    silence_duration_ms: int = 500


@dataclass(frozen=True, slots=True)
class Listening:
    """What the client asked of the ear: rate of the PCM handed over, and the turn rules (None: the client commits)."""

    rate: int
    turns: TurnRules | None


class Utterance(Protocol):
    """Audio of one turn, to be given back to `transcribe`; what it holds is the source's own business."""

    @property
    def duration_ms(self) -> float:
        """How long it is, padding included."""
        ...


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began; `at_ms` of the appended stream, the padding already taken off."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The turn is over; `at_ms` includes the silence that proved it."""

    at_ms: float
    utterance: Utterance


Noticed = SpeechStarted | SpeechStopped


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the conversation as the thinker sees it: cut to what was heard.

    `kind` is message (role, text), call (name, call_id, text = arguments) or output (call_id, text). `confidence` is the ear's
    for spoken words of the caller, None for everything else.
    """

    kind: str
    role: str = ""
    text: str = ""
    name: str = ""
    call_id: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of a turn; `confidence` as the ear gives it, None when it gives none."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """The conversation and the tools as they are now, for an ear that listens for what was asked."""

    entries: tuple[Entry, ...]
    tools: tuple[Mapping[str, Any], ...]


Begin = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Start work of a session's own; it is cancelled when the session ends."""


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """One response to make: the conversation so far and how to answer.

    `verbatim` is set when the client wrote the words itself; `speak` is False when only text is wanted; `rate` is the PCM rate
    for `Sound`, whatever the format on the wire is.
    """

    response_id: str
    entries: tuple[Entry, ...]
    instructions: str
    tools: tuple[Mapping[str, Any], ...]
    tool_choice: Any
    speak: bool
    rate: int
    output_format: str | None = None
    voice: Mapping[str, Any] = field(default_factory=dict)
    verbatim: str | None = None
    interim: Interim | None = None


@dataclass(frozen=True, slots=True)
class Interim:
    """What is said while the answer is still thought about: `text`, once it takes longer than `after_ms` or a tool is called.

    `after_ms` None: however long it takes.
    """

    text: str
    after_ms: int | None = None
    before_calls: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The next words of the answer; the `Sound` that follows speaks them."""

    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """PCM of the words before it, any length."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A function the client is asked to run; `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Emit:
    """An event to send as it is; members that tell its place in the response are filled in."""

    event: Mapping[str, Any]


Piece = Words | Sound | Call | Emit


class AnswerSource(Protocol):
    """Ear, mind and mouth of one session."""

    def open(self, scene: Callable[[], Scene], begin: Begin) -> None:
        """The session begins; called once, before everything else."""
        ...

    def listen(self, listening: Listening) -> None:
        """Take new rules; called once before any audio and again after each change."""
        ...

    async def hear(self, pcm: bytes) -> Sequence[Noticed]:
        """Take audio; what was noticed in it, in order."""
        ...

    def commit(self) -> Utterance:
        """End the turn here: everything heard since the last turn or `clear`."""
        ...

    def clear(self) -> None:
        """Forget audio not yet committed."""
        ...

    async def transcribe(self, utterance: Utterance) -> Transcript:
        """The words of a turn; raises when it cannot."""
        ...

    def answer(self, request: AnswerRequest) -> AsyncGenerator[Piece, None]:
        """Make one response; the generator is closed when the client or the caller interrupts."""
        ...

    async def close(self) -> None:
        """The session is over."""
        ...
