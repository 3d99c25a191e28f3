"""What every realtime engine may say about the session, the caller's audio and the conversation: one class for each type.

A class is named after its type. Names are those of Voice Live; replies are in `response_events`, what only Azure says in
`azure_events`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voiceagent.protocol.realtime_event import Details, Item, Object, ServerEvent, Session, by_type


@dataclass(frozen=True, slots=True)
class SessionCreated(ServerEvent):
    """The session exists, with its defaults; the first thing the engine says."""

    TYPE = "session.created"
    session: Session

    @property
    def session_id(self) -> str:
        """The engine's id of the session, or ""."""
        return self.session.get("id") or ""

    @property
    def model(self) -> str:
        """The model as the engine names it, or ""."""
        return self.session.get("model") or ""

    @property
    def expires_at(self) -> int | None:
        """When the engine will end the session, in Unix seconds."""
        return self.session.get("expires_at")


@dataclass(frozen=True, slots=True)
class SessionUpdated(ServerEvent):
    """The settings in force after a `SessionUpdate`, all of them."""

    TYPE = "session.updated"
    session: Session

    @property
    def session_id(self) -> str:
        """The engine's id of the session, or ""."""
        return self.session.get("id") or ""

    @property
    def model(self) -> str:
        """The model as the engine names it, or ""."""
        return self.session.get("model") or ""

    @property
    def expires_at(self) -> int | None:
        """When the engine will end the session, in Unix seconds."""
        return self.session.get("expires_at")


@dataclass(frozen=True, slots=True)
class ErrorEvent(ServerEvent):
    """A client event was refused or something broke; the session usually lives on."""

    TYPE = "error"
    error: Details

    @property
    def code(self) -> str:
        """The engine's code for what went wrong, or ""."""
        return self.error.get("code") or ""

    @property
    def message(self) -> str:
        """The engine's sentence, or ""."""
        return self.error.get("message") or ""

    @property
    def about(self) -> str:
        """Our `event_id` of the client event that was refused, or ""."""
        return self.error.get("event_id") or ""


@dataclass(frozen=True, slots=True)
class ConversationCreated(ServerEvent):
    """The conversation exists (OpenAI only)."""

    TYPE = "conversation.created"
    conversation: Object


@dataclass(frozen=True, slots=True)
class InputAudioBufferSpeechStarted(ServerEvent):
    """Speech began; `audio_start_ms` counts all audio appended so far and includes the prefix padding."""

    TYPE = "input_audio_buffer.speech_started"
    audio_start_ms: int
    item_id: str


@dataclass(frozen=True, slots=True)
class InputAudioBufferSpeechStopped(ServerEvent):
    """Speech ended; `audio_end_ms` includes the silence that was waited for."""

    TYPE = "input_audio_buffer.speech_stopped"
    audio_end_ms: int
    item_id: str


@dataclass(frozen=True, slots=True)
class InputAudioBufferCommitted(ServerEvent):
    """The buffered audio becomes the item `item_id`."""

    TYPE = "input_audio_buffer.committed"
    item_id: str
    previous_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class InputAudioBufferCleared(ServerEvent):
    """The buffered audio is forgotten."""

    TYPE = "input_audio_buffer.cleared"


@dataclass(frozen=True, slots=True)
class InputAudioBufferTimeoutTriggered(ServerEvent):
    """Nobody spoke for the idle timeout (GA only)."""

    TYPE = "input_audio_buffer.timeout_triggered"
    audio_start_ms: int
    audio_end_ms: int
    item_id: str


@dataclass(frozen=True, slots=True)
class InputAudioBufferDtmfEventReceived(ServerEvent):
    """A key was pressed (GA over SIP only)."""

    TYPE = "input_audio_buffer.dtmf_event_received"
    event: str
    received_at: int


@dataclass(frozen=True, slots=True)
class ConversationItemCreated(ServerEvent):
    """An item joined the conversation."""

    TYPE = "conversation.item.created"
    item: Item | None = None
    previous_item_id: str | None = None

    @property
    def item_id(self) -> str:
        """The id of the item, or ""."""
        return (self.item or {}).get("id") or ""

    @property
    def item_type(self) -> str:
        """message, function_call, function_call_output, …, or ""."""
        return (self.item or {}).get("type") or ""


@dataclass(frozen=True, slots=True)
class ConversationItemDone(ServerEvent):
    """An item is complete; Voice Live says it of spoken caller items, GA of every item."""

    TYPE = "conversation.item.done"
    item: Item | None = None
    previous_item_id: str | None = None

    @property
    def item_id(self) -> str:
        """The id of the item, or ""."""
        return (self.item or {}).get("id") or ""

    @property
    def item_type(self) -> str:
        """message, function_call, function_call_output, …, or ""."""
        return (self.item or {}).get("type") or ""


@dataclass(frozen=True, slots=True)
class ConversationItemRetrieved(ServerEvent):
    """The item that was asked for."""

    TYPE = "conversation.item.retrieved"
    item: Item | None = None

    @property
    def item_id(self) -> str:
        """The id of the item, or ""."""
        return (self.item or {}).get("id") or ""

    @property
    def item_type(self) -> str:
        """message, function_call, function_call_output, …, or ""."""
        return (self.item or {}).get("type") or ""


@dataclass(frozen=True, slots=True)
class ConversationItemTruncated(ServerEvent):
    """The memory of an item now ends at `audio_end_ms`."""

    TYPE = "conversation.item.truncated"
    item_id: str
    content_index: int
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class ConversationItemDeleted(ServerEvent):
    """An item is gone."""

    TYPE = "conversation.item.deleted"
    item_id: str


@dataclass(frozen=True, slots=True)
class ConversationItemInputAudioTranscriptionDelta(ServerEvent):
    """A further piece of what the caller said."""

    TYPE = "conversation.item.input_audio_transcription.delta"
    item_id: str
    content_index: int | None = None
    delta: str | None = None
    logprobs: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class ConversationItemInputAudioTranscriptionSegment(ServerEvent):
    """A stretch of what the caller said, with its times in seconds (GA only)."""

    TYPE = "conversation.item.input_audio_transcription.segment"
    item_id: str
    content_index: int
    text: str
    start: float
    end: float
    id: str | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationItemInputAudioTranscriptionCompleted(ServerEvent):
    """What the caller said; may arrive long after the reply began."""

    TYPE = "conversation.item.input_audio_transcription.completed"
    item_id: str
    content_index: int
    transcript: str
    logprobs: list[Any] | None = None
    phrases: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class ConversationItemInputAudioTranscriptionFailed(ServerEvent):
    """What the caller said could not be put into words."""

    TYPE = "conversation.item.input_audio_transcription.failed"
    item_id: str
    content_index: int
    error: Details

    @property
    def code(self) -> str:
        """The engine's code for what went wrong, or ""."""
        return self.error.get("code") or ""

    @property
    def message(self) -> str:
        """The engine's sentence, or ""."""
        return self.error.get("message") or ""


@dataclass(frozen=True, slots=True)
class RateLimitsUpdated(ServerEvent):
    """What is left of the quota."""

    TYPE = "rate_limits.updated"
    rate_limits: list[Any]


SESSION_EVENTS = by_type(list(globals().values()), ServerEvent)
"""Every event declared here by its type."""
