"""What a client may say in a realtime session: one class for each type, with the members of Voice Live 2026-07-15.

Dated Voice Live versions speak these names as they are; other dialects translate (see `openai_ga`).
"""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.protocol.realtime_event import Base64, ClientEvent, Item, Object, Response, Session, by_type


@dataclass(frozen=True, slots=True)
class SessionUpdate(ClientEvent):
    """Change the named settings; answered by `SessionUpdated` with all of them."""

    TYPE = "session.update"
    session: Session


@dataclass(frozen=True, slots=True)
class InputAudioBufferAppend(ClientEvent):
    """Audio for the engine's ear; not answered."""

    TYPE = "input_audio_buffer.append"
    audio: Base64


@dataclass(frozen=True, slots=True)
class InputAudioBufferCommit(ClientEvent):
    """Make the buffered audio an item; answered by `InputAudioBufferCommitted`."""

    TYPE = "input_audio_buffer.commit"


@dataclass(frozen=True, slots=True)
class InputAudioBufferClear(ClientEvent):
    """Forget the buffered audio; answered by `InputAudioBufferCleared`."""

    TYPE = "input_audio_buffer.clear"


@dataclass(frozen=True, slots=True)
class ConversationItemCreate(ClientEvent):
    """Add an item to the conversation; answered by `ConversationItemCreated`."""

    TYPE = "conversation.item.create"
    item: Item | None = None
    previous_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationItemRetrieve(ClientEvent):
    """Ask for an item; answered by `ConversationItemRetrieved`."""

    TYPE = "conversation.item.retrieve"
    item_id: str


@dataclass(frozen=True, slots=True)
class ConversationItemTruncate(ClientEvent):
    """Make the memory of a spoken item end where it was no longer heard; answered by `ConversationItemTruncated`."""

    TYPE = "conversation.item.truncate"
    item_id: str
    content_index: int
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class ConversationItemDelete(ClientEvent):
    """Remove an item; answered by `ConversationItemDeleted`."""

    TYPE = "conversation.item.delete"
    item_id: str


@dataclass(frozen=True, slots=True)
class ResponseCreate(ClientEvent):
    """Have the engine take its turn; answered by `ResponseCreated`."""

    TYPE = "response.create"
    response: Response | None = None
    additional_instructions: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseCancel(ClientEvent):
    """Stop the response under way; it ends in `ResponseDone` with the status cancelled."""

    TYPE = "response.cancel"
    response_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutputAudioBufferClear(ClientEvent):
    """Stop playback that the service does itself (avatar, WebRTC)."""

    TYPE = "output_audio_buffer.clear"


@dataclass(frozen=True, slots=True)
class SessionAvatarConnect(ClientEvent):
    """Offer a video connection; answered by `SessionAvatarConnecting`."""

    TYPE = "session.avatar.connect"
    client_sdp: str


@dataclass(frozen=True, slots=True)
class InputTextDelta(ClientEvent):
    """A further piece of text for an item that exists already."""

    TYPE = "input_text.delta"
    id: str
    delta: str
    content_index: int | None = None


@dataclass(frozen=True, slots=True)
class InputTextDone(ClientEvent):
    """The end of text streamed into an item."""

    TYPE = "input_text.done"
    id: str
    content_index: int | None = None


@dataclass(frozen=True, slots=True)
class InputAudioTurnStart(ClientEvent):
    """Begin a turn whose bounds the client decides."""

    TYPE = "input_audio.turn.start"
    turn_id: str


@dataclass(frozen=True, slots=True)
class InputAudioTurnAppend(ClientEvent):
    """Audio of a turn whose bounds the client decides."""

    TYPE = "input_audio.turn.append"
    turn_id: str
    audio: Base64


@dataclass(frozen=True, slots=True)
class InputAudioTurnEnd(ClientEvent):
    """End a turn whose bounds the client decides."""

    TYPE = "input_audio.turn.end"
    turn_id: str


@dataclass(frozen=True, slots=True)
class InputAudioTurnCancel(ClientEvent):
    """Forget a turn whose bounds the client decides."""

    TYPE = "input_audio.turn.cancel"
    turn_id: str


@dataclass(frozen=True, slots=True)
class InputAudioClear(ClientEvent):
    """Forget all audio of client-bounded turns."""

    TYPE = "input_audio.clear"


@dataclass(frozen=True, slots=True)
class McpApprovalResponse(ClientEvent):
    """Named by the official SDK without members; real approvals travel as items."""

    TYPE = "mcp_approval_response"


@dataclass(frozen=True, slots=True)
class RtcCallSdpCreate(ClientEvent):
    """Offer a WebRTC connection (2026-01-01-preview only)."""

    TYPE = "rtc.call.sdp.create"
    sdp_offer: str
    session: Object | None = None


CLIENT_EVENTS = by_type(list(globals().values()), ClientEvent)
"""Every declared client event by its type."""
