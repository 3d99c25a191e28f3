"""What a session wants done, in order: events for the client, orders for the ear and for the source. Types only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voiceagent.emulators.voice_live.answers import Event
from voiceagent.emulators.voice_live.source import AnswerRequest, Listening, Utterance


@dataclass(frozen=True, slots=True)
class Send:
    """An event for the client; it has its `event_id`."""

    event: Event


@dataclass(frozen=True, slots=True)
class Listen:
    """New rules for the ear."""

    listening: Listening


@dataclass(frozen=True, slots=True)
class TakeBuffer:
    """The client commits: get the utterance and call `committed`."""


@dataclass(frozen=True, slots=True)
class ForgetBuffer:
    """The client cleared its audio."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Find the words of a turn and call `transcribed` or `transcription_failed`."""

    item_id: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Answer:
    """Make this response and report its pieces."""

    request: AnswerRequest


@dataclass(frozen=True, slots=True)
class McpServer:
    """An MCP server that a session names. `allowed` None: all its tools; `approval` as in `require_approval`."""

    label: str
    url: str
    authorization: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] | None = None
    approval: str | Mapping[str, Sequence[str]] = "always"


@dataclass(frozen=True, slots=True)
class ListTools:
    """Ask a server what it offers and call `tools_listed` or `tools_not_listed`."""

    item_id: str
    server: McpServer


@dataclass(frozen=True, slots=True)
class CallTool:
    """Call a tool of a server and call `tool_answered` or `tool_failed`."""

    item_id: str
    server: McpServer
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop making this response; nothing of it may be reported any more."""

    response_id: str


Step = Send | Listen | TakeBuffer | ForgetBuffer | Transcribe | Answer | Silence | ListTools | CallTool
