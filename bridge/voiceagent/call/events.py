"""What can happen to a call: the only input of the call session, in the past tense.

An adapter (phone leg, engine client, call control, tool runner) translates its own language into these; the session never
sees ACS or JSON. Times are milliseconds; ids are the engine's own and opaque here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voiceagent.call.control_events import ControlFailed as ControlFailed
from voiceagent.call.control_events import KeysSent as KeysSent
from voiceagent.call.control_events import NotReached as NotReached
from voiceagent.call.control_events import ParticipantsChanged as ParticipantsChanged
from voiceagent.call.control_events import RecordingChanged as RecordingChanged
from voiceagent.call.control_events import TransferEnded as TransferEnded
from voiceagent.call.control_events import TransferMode as TransferMode
from voiceagent.call.control_events import TransferOutcome as TransferOutcome
from voiceagent.call.control_events import TransferRinging as TransferRinging
from voiceagent.call.roots import Event as Event
from voiceagent.discreet import Words

ToolOutcome = Literal["ok", "error", "timeout", "cancelled"]
ReplyStatus = Literal["completed", "cancelled", "incomplete", "failed"]


@dataclass(frozen=True, slots=True)
class TimePassed(Event):
    """The deadline that `Session.deadline` named has come (or passed)."""


# --- the caller's side


@dataclass(frozen=True, slots=True)
class CallAnswered(Event):
    """The telephony service accepted our answer; audio may flow any moment now."""


@dataclass(frozen=True, slots=True)
class CallConnected(Event):
    """The telephony service says that the call is established (may come after the media opened)."""


@dataclass(frozen=True, slots=True)
class MediaOpened(Event):
    """Audio flows between the caller and us; `sample_rate` in Hz."""

    sample_rate: int


@dataclass(frozen=True, slots=True)
class CallerAudioBegan(Event):
    """The caller's first frame was passed to the engine: the zero of the engine's audio clock."""


@dataclass(frozen=True, slots=True)
class CallerAudioReplayed(Event):
    """A new engine was given the last `ms` of the caller's audio: its audio clock began so long ago."""

    ms: float


@dataclass(frozen=True, slots=True)
class CallerAudioLost(Event):
    """So much of the caller's audio was dropped before the engine could hear it: its clock is behind by that from here on."""

    ms: float


@dataclass(frozen=True, slots=True)
class MediaClosed(Event):
    """The audio path to the caller is gone; the call itself may live on."""

    reason: str


@dataclass(frozen=True, slots=True)
class KeyPressed(Event):
    """The caller pressed a key: one of 0-9 * # A-D. `by`: who tells it, the media stream or the service's recognition.

    `choice`: the key of the menu that it may be, `none` for no such key; "" when nobody has looked yet (`Session.understood`).
    """

    key: str
    by: Literal["media", "recognition"] = "media"
    choice: str = ""


@dataclass(frozen=True, slots=True)
class HiddenKeyPressed(Event):
    """The caller pressed a key that nobody but a tool may know: one that ends the entry, one that gives it up, or another."""

    kind: Literal["digit", "end", "give_up"] = "digit"


@dataclass(frozen=True, slots=True)
class CallerWrote(Event):
    """The caller said something in writing: a whole turn, to be answered at once. `means` as in `CallerTranscribed`."""

    text: Words
    means: str = ""


@dataclass(frozen=True, slots=True)
class CallerLeft(Event):
    """The call is over: the caller hung up or the service ended it. `code`/`subcode` are the service's."""

    reason: str
    code: int | None = None
    subcode: int | None = None


# --- the engine's side


@dataclass(frozen=True, slots=True)
class EngineReady(Event):
    """The engine is connected and has confirmed our settings. `expires_at` is Unix time in seconds, or None; `expires_in_ms`
    the same from now on."""

    session_id: str
    model: str = ""
    expires_at: int | None = None
    expires_in_ms: float | None = None


@dataclass(frozen=True, slots=True)
class SpareReady(Event):
    """A second engine session is ready to take over."""

    session_id: str
    model: str = ""
    expires_in_ms: float | None = None


@dataclass(frozen=True, slots=True)
class SpareFailed(Event):
    """A further engine session could not be opened, or is gone before it took over. `retry_after_ms` as in `EngineLost`."""

    reason: str
    code: int | None = None
    retry_after_ms: float | None = None


@dataclass(frozen=True, slots=True)
class CallerSpeechStarted(Event):
    """The engine heard speech begin; `audio_start_ms` counts the audio we passed to it."""

    item_id: str
    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class CallerSpeechStopped(Event):
    """The engine decided that the caller's turn ended; `audio_end_ms` includes the silence it waited for."""

    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class CallerTurnCommitted(Event):
    """The caller's audio became an item of the conversation."""

    item_id: str


@dataclass(frozen=True, slots=True)
class CallerWordsArrived(Event):
    """A piece of what the caller says or said, before the final text."""

    item_id: str
    delta: Words


@dataclass(frozen=True, slots=True)
class CallerTranscribed(Event):
    """What the caller said, when the engine has a final text for it; may arrive long after the reply began.

    `means`: yes, no or unclear, as the answer to an open question; "" when there is none (`Session.understood`).
    """

    item_id: str
    text: Words
    means: str = ""


@dataclass(frozen=True, slots=True)
class CallerTranscriptionFailed(Event):
    """The engine could not put the caller's turn into words; the conversation goes on."""

    item_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReplyStarted(Event):
    """The engine began a reply (one response, of one or more items)."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class ReplyItemAdded(Event):
    """An item of the reply began: something to say, or a tool call. Interim: said while the answer takes long, and not kept."""

    reply_id: str
    item_id: str
    kind: Literal["speech", "interim", "tool_call", "other"]


@dataclass(frozen=True, slots=True)
class ReplyAudioBegan(Event):
    """The first audio of an item arrived from the engine (the rest goes by in the audio lane, unseen here)."""

    reply_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class ReplyAudioEnded(Event):
    """The engine has sent all audio of an item; playing it takes longer."""

    reply_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class ReplyWordsArrived(Event):
    """A further piece of the text of an item being spoken."""

    reply_id: str
    item_id: str
    delta: Words


@dataclass(frozen=True, slots=True)
class ReplyWordsEnded(Event):
    """The whole text of an item."""

    reply_id: str
    item_id: str
    text: Words


@dataclass(frozen=True, slots=True)
class ReplyWordTimed(Event):
    """A word is spoken from `offset_ms` to `offset_ms + duration_ms` of the audio of an item."""

    reply_id: str
    item_id: str
    offset_ms: float
    duration_ms: float


@dataclass(frozen=True, slots=True)
class ToolCalled(Event):
    """The engine wants a tool run. `arguments` is the JSON text as the model wrote it.

    `item_id` is empty when it was not the engine that asked for it but the caller, by a key.
    """

    reply_id: str
    item_id: str
    tool_call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ApprovalAsked(Event):
    """The engine wants to run a tool of its own, at `server`, and asks whether it may. `arguments` is JSON text."""

    reply_id: str
    approval_id: str
    server: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class EngineToolRan(Event):
    """The engine ran a tool of its own, after the reply that wanted it. `output` is text; `failed`: what went wrong, or ""."""

    item_id: str
    server: str
    name: str
    arguments: str
    output: str
    failed: str = ""


@dataclass(frozen=True, slots=True)
class ReplyEnded(Event):
    """The reply is complete as far as the engine goes. `usage` counts tokens by kind, as the engine names them."""

    reply_id: str
    status: ReplyStatus
    reason: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemTruncated(Event):
    """The engine's memory of an item now ends at `audio_end_ms` of its audio."""

    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class EngineRefused(Event):
    """The engine answered with an error and lives on. `command_id` is our id of what it refused, or ""."""

    code: str
    message: str
    command_id: str = ""


@dataclass(frozen=True, slots=True)
class EngineLost(Event):
    """The connection to the engine is gone, or never came about. `code` is the WebSocket close code or HTTP status, or None.

    `lasting`: another attempt would fare no better. `retry_after_ms`: how long the engine wants to be left alone, if it said.
    """

    reason: str
    code: int | None = None
    lasting: bool = False
    retry_after_ms: float | None = None


@dataclass(frozen=True, slots=True)
class EngineNoted(Event):
    """Something the engine said that the session need not act on (rate limits, warnings, unknown types): kept, not dropped."""

    kind: str


# --- the audio lane


@dataclass(frozen=True, slots=True)
class PlaybackBegan(Event):
    """The first frame of an item was handed over to the caller's leg."""

    item_id: str


@dataclass(frozen=True, slots=True)
class PlaybackDrained(Event):
    """Everything the engine has sent so far was handed over; what the caller still hears is in `Playback`."""


# --- tools


@dataclass(frozen=True, slots=True)
class ToolReturned(Event):
    """A tool ended. `output` is the JSON text for the engine (already capped); on failure it says what went wrong.

    `hand_to`: the agent the tool hands the conversation to, or "".
    """

    tool_call_id: str
    outcome: ToolOutcome
    output: str
    duration_ms: float
    hand_to: str = ""


# --- ourselves


@dataclass(frozen=True, slots=True)
class EndRequested(Event):
    """The operator or the server wants this call to end: after the sentence being spoken, or at once."""

    reason: str
    at_once: bool = False
