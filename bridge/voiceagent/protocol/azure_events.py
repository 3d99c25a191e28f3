"""What only Azure engines say: word times, faces, search, MCP and hosted agents, previews; all under their Voice Live names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voiceagent.protocol.realtime_event import Details, Object, ServerEvent, by_type


@dataclass(frozen=True, slots=True)
class WarningEvent(ServerEvent):
    """Something a developer should know; the session goes on."""

    TYPE = "warning"
    warning: Details

    @property
    def code(self) -> str:
        """The engine's code for what it warns of, or ""."""
        return self.warning.get("code") or ""

    @property
    def message(self) -> str:
        """The engine's sentence, or ""."""
        return self.warning.get("message") or ""


@dataclass(frozen=True, slots=True)
class OutputAudioBufferCleared(ServerEvent):
    """Playback done by the service has stopped."""

    TYPE = "output_audio_buffer.cleared"


@dataclass(frozen=True, slots=True)
class OutputAudioBufferStarted(ServerEvent):
    """Playback done by the service began (WebRTC preview)."""

    TYPE = "output_audio_buffer.started"
    response_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutputAudioBufferStopped(ServerEvent):
    """Playback done by the service ended (WebRTC preview)."""

    TYPE = "output_audio_buffer.stopped"
    response_id: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseAudioTimestampDelta(ServerEvent):
    """When a word is heard within the audio of its part."""

    TYPE = "response.audio_timestamp.delta"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    audio_offset_ms: int
    audio_duration_ms: int
    text: str
    timestamp_type: str


@dataclass(frozen=True, slots=True)
class ResponseAudioTimestampDone(ServerEvent):
    """All word times of a part were sent."""

    TYPE = "response.audio_timestamp.done"
    response_id: str
    item_id: str
    output_index: int
    content_index: int


@dataclass(frozen=True, slots=True)
class ResponseAudioTranscriptAnnotationAdded(ServerEvent):
    """A note on the words spoken, such as a citation."""

    TYPE = "response.audio_transcript.annotation.added"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    annotation_index: int
    annotation: Any


@dataclass(frozen=True, slots=True)
class ResponseAnimationVisemeDelta(ServerEvent):
    """A mouth shape."""

    TYPE = "response.animation_viseme.delta"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    audio_offset_ms: int
    viseme_id: int


@dataclass(frozen=True, slots=True)
class ResponseAnimationVisemeDone(ServerEvent):
    """All mouth shapes of a part were sent."""

    TYPE = "response.animation_viseme.done"
    response_id: str
    item_id: str
    output_index: int
    content_index: int


@dataclass(frozen=True, slots=True)
class ResponseAnimationBlendshapesDelta(ServerEvent):
    """Frames of a face."""

    TYPE = "response.animation_blendshapes.delta"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    frames: Any
    frame_index: int


@dataclass(frozen=True, slots=True)
class ResponseAnimationBlendshapesDone(ServerEvent):
    """All frames of a face were sent."""

    TYPE = "response.animation_blendshapes.done"
    response_id: str
    item_id: str
    output_index: int


@dataclass(frozen=True, slots=True)
class ResponseVideoDelta(ServerEvent):
    """A stretch of avatar video."""

    TYPE = "response.video.delta"
    output_index: int
    codec: str
    delta: str


@dataclass(frozen=True, slots=True)
class ResponseInvocationDelta(ServerEvent):
    """What a hosted agent passes through."""

    TYPE = "response.invocation.delta"
    delta: Object


@dataclass(frozen=True, slots=True)
class SessionAvatarConnecting(ServerEvent):
    """The answer to an offered video connection."""

    TYPE = "session.avatar.connecting"
    server_sdp: str


@dataclass(frozen=True, slots=True)
class SessionAvatarSwitchToSpeaking(ServerEvent):
    """The avatar begins to speak."""

    TYPE = "session.avatar.switch_to_speaking"
    turn_id: str | None = None


@dataclass(frozen=True, slots=True)
class SessionAvatarSwitchToIdle(ServerEvent):
    """The avatar listens."""

    TYPE = "session.avatar.switch_to_idle"
    turn_id: str | None = None


@dataclass(frozen=True, slots=True)
class McpListToolsInProgress(ServerEvent):
    """The tools of an MCP server are being listed."""

    TYPE = "mcp_list_tools.in_progress"
    item_id: str


@dataclass(frozen=True, slots=True)
class McpListToolsCompleted(ServerEvent):
    """The tools of an MCP server are known."""

    TYPE = "mcp_list_tools.completed"
    item_id: str


@dataclass(frozen=True, slots=True)
class McpListToolsFailed(ServerEvent):
    """The tools of an MCP server could not be listed."""

    TYPE = "mcp_list_tools.failed"
    item_id: str


@dataclass(frozen=True, slots=True)
class ResponseMcpCallArgumentsDelta(ServerEvent):
    """A further piece of the arguments of an MCP call."""

    TYPE = "response.mcp_call_arguments.delta"
    response_id: str
    item_id: str
    output_index: int
    delta: str
    obfuscation: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseMcpCallArgumentsDone(ServerEvent):
    """All arguments of an MCP call."""

    TYPE = "response.mcp_call_arguments.done"
    response_id: str
    item_id: str
    output_index: int
    arguments: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseMcpCallInProgress(ServerEvent):
    """An MCP call is running."""

    TYPE = "response.mcp_call.in_progress"
    item_id: str
    output_index: int


@dataclass(frozen=True, slots=True)
class ResponseMcpCallCompleted(ServerEvent):
    """An MCP call is done."""

    TYPE = "response.mcp_call.completed"
    item_id: str
    output_index: int


@dataclass(frozen=True, slots=True)
class ResponseMcpCallFailed(ServerEvent):
    """An MCP call failed."""

    TYPE = "response.mcp_call.failed"
    item_id: str
    output_index: int


@dataclass(frozen=True, slots=True)
class ResponseWebSearchCallSearching(ServerEvent):
    """A web search is searching."""

    TYPE = "response.web_search_call.searching"
    response_id: str
    item_id: str
    output_index: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class ResponseWebSearchCallInProgress(ServerEvent):
    """A web search is under way."""

    TYPE = "response.web_search_call.in_progress"
    response_id: str
    item_id: str
    output_index: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class ResponseWebSearchCallCompleted(ServerEvent):
    """A web search is done."""

    TYPE = "response.web_search_call.completed"
    response_id: str
    item_id: str
    output_index: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class ResponseFileSearchCallSearching(ServerEvent):
    """A file search is searching."""

    TYPE = "response.file_search_call.searching"
    response_id: str
    item_id: str
    output_index: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class ResponseFileSearchCallInProgress(ServerEvent):
    """A file search is under way."""

    TYPE = "response.file_search_call.in_progress"
    response_id: str
    item_id: str
    output_index: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class ResponseFileSearchCallCompleted(ServerEvent):
    """A file search is done."""

    TYPE = "response.file_search_call.completed"
    response_id: str
    item_id: str
    output_index: int
    sequence_number: int


@dataclass(frozen=True, slots=True)
class ResponseFoundryAgentCallArgumentsDelta(ServerEvent):
    """A further piece of the arguments of a Foundry agent call; members are known from third parties only."""

    TYPE = "response.foundry_agent_call_arguments.delta"
    item_id: str
    response_id: str | None = None
    output_index: int | None = None
    delta: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseFoundryAgentCallArgumentsDone(ServerEvent):
    """All arguments of a Foundry agent call."""

    TYPE = "response.foundry_agent_call_arguments.done"
    item_id: str
    response_id: str | None = None
    output_index: int | None = None
    arguments: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseFoundryAgentCallInProgress(ServerEvent):
    """A Foundry agent call is running."""

    TYPE = "response.foundry_agent_call.in_progress"
    item_id: str | None = None
    output_index: int | None = None


@dataclass(frozen=True, slots=True)
class ResponseFoundryAgentCallCompleted(ServerEvent):
    """A Foundry agent call is done."""

    TYPE = "response.foundry_agent_call.completed"
    item_id: str | None = None
    output_index: int | None = None


@dataclass(frozen=True, slots=True)
class ResponseFoundryAgentCallFailed(ServerEvent):
    """A Foundry agent call failed."""

    TYPE = "response.foundry_agent_call.failed"
    item_id: str | None = None
    output_index: int | None = None


@dataclass(frozen=True, slots=True)
class RtcCallSdpCreated(ServerEvent):
    """The answer to an offered WebRTC connection (preview)."""

    TYPE = "rtc.call.sdp.created"
    sdp_answer: str


@dataclass(frozen=True, slots=True)
class RtcCallError(ServerEvent):
    """A WebRTC connection failed (preview)."""

    TYPE = "rtc.call.error"
    error: Details
    operation: str | None = None
    rtc_call_id: str | None = None

    @property
    def code(self) -> str:
        """The engine's code for what went wrong, or ""."""
        return self.error.get("code") or ""

    @property
    def message(self) -> str:
        """The engine's sentence, or ""."""
        return self.error.get("message") or ""


AZURE_EVENTS = by_type(list(globals().values()), ServerEvent)
"""Every event declared here by its type."""
