"""Voice Live's words for our commands, and our events for its words: one table in each direction.

Covers every dialect that is read into the canonical vocabulary of `protocol.realtime`. Audio deltas do not come by here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from voiceagent.call.commands import (
    AddAgentText,
    AddToolCall,
    AddUserText,
    AnswerApproval,
    AskForReply,
    CancelReply,
    ConfigureEngine,
    EngineCommand,
    EngineSetup,
    GiveToolResult,
    ReviseEngine,
    ToolSpec,
    TruncateItem,
)
from voiceagent.call.events import (
    ApprovalAsked,
    CallerSpeechStarted,
    CallerSpeechStopped,
    CallerTranscribed,
    CallerTranscriptionFailed,
    CallerTurnCommitted,
    CallerWordsArrived,
    EngineNoted,
    EngineReady,
    EngineRefused,
    EngineToolRan,
    Event,
    ItemTruncated,
    ReplyAudioEnded,
    ReplyEnded,
    ReplyItemAdded,
    ReplyStarted,
    ReplyStatus,
    ReplyWordsArrived,
    ReplyWordsEnded,
    ReplyWordTimed,
    ToolCalled,
)
from voiceagent.config.voices import OPENAI_VOICES
from voiceagent.discreet import Words
from voiceagent.protocol import realtime as wire

_STATUSES: tuple[ReplyStatus, ...] = get_args(ReplyStatus)
_APPROVAL = "mcp_approval_request"  # unverified: that the item is whole when it is added, as the SDK's tests read it
_OWN_CALL = "mcp_call"
_INTERIM = "interim_"  # begins the id of what the engine says meanwhile and does not keep; unverified: seen by one third party
_ITEM_KINDS: Mapping[str, Any] = {"message": "speech", "function_call": "tool_call"}

# --- settings


def speaks_exactly(setup: EngineSetup) -> bool:
    """Whether the engine can be given words to say verbatim: Azure's voices can, OpenAI's stay silent when asked to."""
    voice = setup.voice
    if setup.says_words is not None:
        return setup.says_words
    if isinstance(voice, Mapping):
        return voice.get("type") not in (None, "openai")
    return voice is not None and voice not in OPENAI_VOICES


def session_of(setup: EngineSetup) -> dict[str, Any]:
    """The `session` of a session.update. Only what is set is sent: an absent member leaves the engine's default."""
    session: dict[str, Any] = {
        "modalities": ["text", "audio"],
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16" if setup.sample_rate == 24_000 else f"pcm16_{setup.sample_rate}hz",
        "input_audio_sampling_rate": setup.sample_rate,
        "turn_detection": _turn_detection(setup.turn_detection),
    }
    if setup.instructions:
        session["instructions"] = setup.instructions
    if setup.voice:
        session["voice"] = _voice(setup.voice)
    if setup.transcription is not None:
        session["input_audio_transcription"] = dict(setup.transcription)
    if setup.tools or setup.engine_tools:
        session["tools"] = [*_tools(setup.tools), *map(dict, setup.engine_tools)]
        session["tool_choice"] = "auto"
    return {**session, **setup.options}


def revision_of(revised: ReviseEngine) -> dict[str, Any]:
    """The `session` of a later session.update: what changes and nothing else, for much of a session must not be sent again."""
    session: dict[str, Any] = {}
    if revised.instructions is not None:
        session["instructions"] = revised.instructions
    if revised.tools is not None:
        session["tools"] = [*_tools(revised.tools), *map(dict, revised.engine_tools)]
    if revised.voice is not None:
        session["voice"] = _voice(revised.voice)
    if revised.turn_detection is not None:
        session["turn_detection"] = _turn_detection(revised.turn_detection)
    return session


def _turn_detection(chosen: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"create_response": True, "interrupt_response": True, **(chosen or {"type": "server_vad"})}


def _tools(tools: Sequence[ToolSpec]) -> list[dict[str, Any]]:
    return [
        {"type": "function", "name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        for tool in tools
    ]


def _voice(voice: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(voice, Mapping):
        return dict(voice)
    return {"type": "openai" if voice in OPENAI_VOICES else "azure-standard", "name": voice}


# --- commands out


def message_of(command: EngineCommand, command_id: str, *, exact_voice: bool) -> wire.ClientEvent:
    """What to send for a command; `command_id` comes back in `EngineRefused` if it is refused."""
    match command:
        case ConfigureEngine(setup=setup):
            return wire.SessionUpdate(session_of(setup), event_id=command_id)
        case ReviseEngine():
            return wire.SessionUpdate(revision_of(command), event_id=command_id)
        case AddToolCall(tool_call_id=tool_call_id, name=name, arguments=arguments):
            item = {"type": "function_call", "call_id": tool_call_id, "name": name, "arguments": arguments}
            return wire.ConversationItemCreate(item, event_id=command_id)
        case AddAgentText(text=text):
            content = [{"type": "text", "text": text.shown}]
            return wire.ConversationItemCreate(
                {"type": "message", "role": "assistant", "content": content}, event_id=command_id
            )
        case AnswerApproval(approval_id=approval_id, approved=approved):
            answer: dict[str, Any] = {"type": "mcp_approval_response", "approval_request_id": approval_id, "approve": approved}
            return wire.ConversationItemCreate(answer, event_id=command_id)
        case AskForReply():
            return _reply(command, command_id, exact_voice)
        case CancelReply(reply_id=reply_id):
            return wire.ResponseCancel(reply_id or None, event_id=command_id)
        case TruncateItem(item_id=item_id, audio_end_ms=audio_end_ms):
            return wire.ConversationItemTruncate(item_id, 0, audio_end_ms, event_id=command_id)
        case GiveToolResult(tool_call_id=tool_call_id, output=output):
            item = {"type": "function_call_output", "call_id": tool_call_id, "output": output}
            return wire.ConversationItemCreate(item, event_id=command_id)
        case AddUserText(text=text):
            content = [{"type": "input_text", "text": text.shown}]
            return wire.ConversationItemCreate({"type": "message", "role": "user", "content": content}, event_id=command_id)
    raise TypeError(f"no message for {type(command).__name__}")


def _reply(command: AskForReply, command_id: str, exact_voice: bool) -> wire.ResponseCreate:
    if command.exactly is not None:
        words = command.exactly.shown
        if exact_voice:
            message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": words}]}
            return wire.ResponseCreate({"pre_generated_assistant_message": message}, event_id=command_id)
        order = f"Say the following to the caller word for word, and nothing else: {words}"
        return wire.ResponseCreate({"instructions": order}, event_id=command_id)
    if command.instructions is not None:
        # Beside the response, so that the session's instructions stay in force.
        return wire.ResponseCreate(None, command.instructions, event_id=command_id)
    return wire.ResponseCreate(event_id=command_id)


# --- events in


class Hearing:
    """Reads server events in their order; remembers only what a later event leaves out."""

    def __init__(self) -> None:
        self.ready = False
        self._tool_names: dict[str, str] = {}

    def event_of(self, said: wire.ServerEvent) -> Event:
        """The call event that a server event is; what the session need not act on becomes `EngineNoted`."""
        match said:
            case wire.InputAudioBufferSpeechStarted():
                return CallerSpeechStarted(said.item_id, said.audio_start_ms)
            case wire.InputAudioBufferSpeechStopped():
                return CallerSpeechStopped(said.item_id, said.audio_end_ms)
            case wire.InputAudioBufferCommitted():
                return CallerTurnCommitted(said.item_id)
            case wire.ConversationItemInputAudioTranscriptionDelta() if said.delta:
                return CallerWordsArrived(said.item_id, Words(said.delta))
            case wire.ConversationItemInputAudioTranscriptionCompleted():
                return CallerTranscribed(said.item_id, Words(said.transcript))
            case wire.ConversationItemInputAudioTranscriptionFailed():
                return CallerTranscriptionFailed(said.item_id, said.code, said.message)
            case wire.ConversationItemTruncated():
                return ItemTruncated(said.item_id, said.audio_end_ms)
            case wire.SessionUpdated() if not self.ready:
                self.ready = True
                return EngineReady(said.session_id, said.model, said.expires_at)
            case wire.ErrorEvent():
                return EngineRefused(said.code, said.message, said.about)
        return self._reply_event(said)

    def _reply_event(self, said: wire.ServerEvent) -> Event:
        match said:
            case wire.ResponseCreated():
                return ReplyStarted(said.response_id)
            case wire.ResponseOutputItemAdded():
                return self._item_added(said)
            case wire.ResponseOutputItemDone() if said.item_type == _OWN_CALL:
                return _own_call(said)
            case wire.ResponseAudioTranscriptDelta() | wire.ResponseTextDelta():
                return ReplyWordsArrived(said.response_id, said.item_id, Words(said.delta))
            case wire.ResponseAudioTranscriptDone():
                return ReplyWordsEnded(said.response_id, said.item_id, Words(said.transcript))
            case wire.ResponseTextDone():
                return ReplyWordsEnded(said.response_id, said.item_id, Words(said.text))
            case wire.ResponseAudioTimestampDelta():
                return ReplyWordTimed(said.response_id, said.item_id, said.audio_offset_ms, said.audio_duration_ms)
            case wire.ResponseAudioDone():
                return ReplyAudioEnded(said.response_id, said.item_id)
            case wire.ResponseFunctionCallArgumentsDone():
                name = said.name or self._tool_names.get(said.item_id, "")
                self._tool_names.pop(said.item_id, None)
                return ToolCalled(said.response_id, said.item_id, said.call_id, name, said.arguments)
            case wire.ResponseDone():
                # A status of the future must still end the reply, or the engine would never be asked again.
                status: ReplyStatus = next((one for one in _STATUSES if one == said.status), "incomplete")
                why = ": ".join(filter(None, (said.reason, said.message)))
                return ReplyEnded(said.response_id, status, why, said.usage)
        return EngineNoted(said.type)

    def _item_added(self, said: wire.ResponseOutputItemAdded) -> Event:
        if said.item_type == _APPROVAL:
            item = {name: str(value) for name, value in (said.item or {}).items()}
            server, name, arguments = (item.get(member, "") for member in ("server_label", "name", "arguments"))
            return ApprovalAsked(said.response_id, said.item_id, server, name, arguments)
        if said.item_id.startswith(_INTERIM):
            return ReplyItemAdded(said.response_id, said.item_id, "interim")
        kind = _ITEM_KINDS.get(said.item_type, "other")
        if kind == "tool_call":
            self._tool_names[said.item_id] = str((said.item or {}).get("name") or "")
        return ReplyItemAdded(said.response_id, said.item_id, kind)


def _own_call(said: wire.ResponseOutputItemDone) -> EngineToolRan:
    """What became of a tool that the engine ran itself."""
    item = said.item or {}
    server, name, arguments, output = (
        str(item.get(member) or "") for member in ("server_label", "name", "arguments", "output")
    )
    error = item.get("error")
    failed = str(error.get("message") or error) if isinstance(error, Mapping) else str(error or "")
    return EngineToolRan(said.item_id, server, name, arguments, output, failed)
