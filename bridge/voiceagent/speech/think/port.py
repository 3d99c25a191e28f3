"""What thinking means here: a conversation goes in, words to say and tools to call come out.

A thinker keeps nothing between calls: all it knows is in the conversation it is given, so whoever keeps that conversation may
shorten, truncate or delete items of it at will.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """A turn of the caller. `confidence` is the ear's mean log-probability, None for typed text."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """A turn of the agent, as far as the caller heard it."""

    text: str


@dataclass(frozen=True, slots=True)
class SystemSaid:
    """A remark that the caller did not make and does not hear."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolWasCalled:
    """The agent asked for a tool; `arguments` is JSON text."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """A tool's result; `output` is JSON text or plain text."""

    call_id: str
    output: str


Item = CallerSaid | AgentSaid | SystemSaid | ToolWasCalled | ToolAnswered


@dataclass(frozen=True, slots=True)
class Said:
    """Words to speak now. A reply's pieces joined as they are make its whole text."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to call. `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class DigitsWanted:
    """A number of so many digits is useful now. `asked`: the caller was asked for it, so it is to be expected."""

    min_digits: int = 1
    max_digits: int = 20
    asked: bool = True


class Thinker(Protocol):
    """What decides. `tools` are function definitions as in a realtime session: `name`, `description`, `parameters`."""

    def reply(
        self, conversation: Sequence[Item], tools: Sequence[Mapping[str, Any]], instructions: str
    ) -> AsyncIterator[Said | Call]:
        """The agent's next move, piece by piece; nothing at all when there is nothing to say.

        May raise RemoteError after having said an apology.
        """
        ...

    def expects_digits(self, conversation: Sequence[Item], tools: Sequence[Mapping[str, Any]] = ()) -> DigitsWanted | None:
        """Whether the caller's next turn should or could be a number; the ear then listens for digits as well."""
        ...

    def unfinished(self, conversation: Sequence[Item], text: str, tools: Sequence[Mapping[str, Any]] = ()) -> bool:
        """Whether `text` sounds as if the caller had only paused; the end of the turn may then wait a little longer."""
        ...
