"""What the call session wants done: its only output, in the imperative, plus notes about what it decided.

A runner carries commands out in order and without waiting between them; slow ones answer later with an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.call.events import ToolOutcome as ToolOutcome
from voiceagent.call.events import TransferMode as TransferMode
from voiceagent.call.events import TransferOutcome as TransferOutcome
from voiceagent.call.notes import AgentChangedNoted as AgentChangedNoted
from voiceagent.call.notes import AgentSpeechBegan as AgentSpeechBegan
from voiceagent.call.notes import AgentTurnNoted as AgentTurnNoted
from voiceagent.call.notes import AnsweredByNoted as AnsweredByNoted
from voiceagent.call.notes import BargeInNoted as BargeInNoted
from voiceagent.call.notes import BridgeShareNoted as BridgeShareNoted
from voiceagent.call.notes import CallBeganNoted as CallBeganNoted
from voiceagent.call.notes import CallEndedNoted as CallEndedNoted
from voiceagent.call.notes import CallerTurnNoted as CallerTurnNoted
from voiceagent.call.notes import KeyNoted as KeyNoted
from voiceagent.call.notes import Note as Note
from voiceagent.call.notes import PhaseNoted as PhaseNoted
from voiceagent.call.notes import PlaybackResumedNoted as PlaybackResumedNoted
from voiceagent.call.notes import RecordingNoted as RecordingNoted
from voiceagent.call.notes import ToolNoted as ToolNoted
from voiceagent.call.notes import TransferNoted as TransferNoted
from voiceagent.call.notes import UsageNoted as UsageNoted
from voiceagent.call.notes import Warned as Warned
from voiceagent.call.roots import Command as Command
from voiceagent.discreet import Words


class EngineCommand(Command):
    """Carried out by the engine client."""

    __slots__ = ()


class LegCommand(Command):
    """Carried out by the audio lane and the caller's leg."""

    __slots__ = ()


class ControlCommand(Command):
    """Carried out by call control; answered by an event."""

    __slots__ = ()


class ToolCommand(Command):
    """Carried out by the tool runner; answered by `ToolReturned`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the engine must know it; `parameters` is JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """How the engine shall behave in this call.

    `turn_detection`, `transcription` and `options` are passed to the engine as they are (its own vocabulary); None leaves the
    engine's default. `voice` is a voice's name, or a mapping in the engine's vocabulary. `sample_rate` in Hz, both ways.
    """

    instructions: str
    voice: str | Mapping[str, Any] | None
    sample_rate: int
    tools: tuple[ToolSpec, ...] = ()
    turn_detection: Mapping[str, Any] | None = None
    transcription: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    engine_tools: tuple[Mapping[str, Any], ...] = ()
    """Tools that the engine runs by itself, in its vocabulary; beside `tools`."""
    says_words: bool | None = None
    """Whether it says given words as they are; None: its voice decides."""


# --- to the engine


@dataclass(frozen=True, slots=True)
class ConfigureEngine(EngineCommand):
    """Send the settings; `EngineReady` follows when the engine has confirmed them."""

    setup: EngineSetup


@dataclass(frozen=True, slots=True)
class ReviseEngine(EngineCommand):
    """Change what the engine follows in the middle of the call; None leaves a thing as it is. The conversation is kept.

    `turn_detection` is whole, in the engine's vocabulary.
    """

    instructions: str | None = None
    tools: tuple[ToolSpec, ...] | None = None
    voice: str | Mapping[str, Any] | None = None
    turn_detection: Mapping[str, Any] | None = None
    engine_tools: tuple[Mapping[str, Any], ...] = ()
    """Sent with `tools`, which replace all there were."""


@dataclass(frozen=True, slots=True)
class AskForReply(EngineCommand):
    """Have the engine speak: `exactly` these words, or following `instructions`, or simply its turn."""

    exactly: Words | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class CancelReply(EngineCommand):
    """Stop generating a reply that is still under way."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class TruncateItem(EngineCommand):
    """Make the engine's memory of an item end where the caller stopped hearing it."""

    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class GiveToolResult(EngineCommand):
    """Hand a tool's output back. `AskForReply` is a separate command, once per reply."""

    tool_call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class AddToolCall(EngineCommand):
    """Put into the engine's memory that a tool was called, though not by the engine; `GiveToolResult` follows."""

    tool_call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AddAgentText(EngineCommand):
    """What the agent said to the caller, for an engine that did not say it."""

    text: Words


@dataclass(frozen=True, slots=True)
class AnswerApproval(EngineCommand):
    """Let the engine run a tool of its own, or do not. `AskForReply` is a separate command."""

    approval_id: str
    approved: bool


@dataclass(frozen=True, slots=True)
class AddUserText(EngineCommand):
    """Something the caller did other than speak, as text (keys pressed)."""

    text: Words


# --- the engine's session


@dataclass(frozen=True, slots=True)
class OpenSpareEngine(Command):
    """Open a further engine session. Answered by `SpareReady` or `SpareFailed`.

    `beside`: the present one goes on meanwhile; otherwise it is no good any more, and what the caller says is kept.
    """

    setup: EngineSetup
    beside: bool = True


@dataclass(frozen=True, slots=True)
class SwitchEngine(Command):
    """Commands go to the further session from here on; the former one is closed. `ReplayCaller` follows."""


@dataclass(frozen=True, slots=True)
class ReplayCaller(LegCommand):
    """Let the new engine hear the last `ms` that the former one heard of the caller, and everything since."""

    ms: float


# --- to the caller


@dataclass(frozen=True, slots=True)
class SpeakAloud(LegCommand):
    """Say this without an engine, as the item of this name. Its audio comes by the lane like an engine's."""

    item_id: str
    text: Words


@dataclass(frozen=True, slots=True)
class StopPlayback(LegCommand):
    """Silence at the caller's ear now: drop what is queued here and flush what the service has queued."""


@dataclass(frozen=True, slots=True)
class PausePlayback(LegCommand):
    """Silence at the caller's ear now, but nothing is lost: what was not heard waits for `ResumePlayback` or `StopPlayback`."""


@dataclass(frozen=True, slots=True)
class ResumePlayback(LegCommand):
    """Go on where the caller stopped hearing."""


@dataclass(frozen=True, slots=True)
class DropAudioOf(LegCommand):
    """Ignore audio of a cancelled reply that is still on its way."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class MuteAgent(LegCommand):
    """Nothing the engine says reaches the call any more (a human took over)."""


@dataclass(frozen=True, slots=True)
class UnmuteAgent(LegCommand):
    """The agent speaks to the caller again."""


@dataclass(frozen=True, slots=True)
class StopListening(LegCommand):
    """The engine hears silence in place of the call, so that its clock goes on: it is to say something without an answer."""


@dataclass(frozen=True, slots=True)
class ListenAgain(LegCommand):
    """The engine hears the call again."""


@dataclass(frozen=True, slots=True)
class HideKeys(LegCommand):
    """From here on nobody sees which keys the caller presses: `HiddenKeyPressed` only counts them.

    `end_key` (or "") is told apart, and `*`.
    """

    end_key: str


@dataclass(frozen=True, slots=True)
class ShowKeys(LegCommand):
    """Keys are seen again. Hidden keys that no tool has got are forgotten."""


# --- to call control


@dataclass(frozen=True, slots=True)
class TransferCaller(ControlCommand):
    """Bring a named target into the call, or the caller to the target (cold). Answered by `TransferRinging`, `TransferEnded`.

    `summary` goes with the call, where the line can carry it.
    """

    target: str
    reason: Words
    ring_seconds: int
    mode: TransferMode = "join"
    summary: Words = Words("")  # noqa: RUF009  an immutable string


@dataclass(frozen=True, slots=True)
class HoldCaller(ControlCommand):
    """The caller waits, hears hold audio, and hears and says nothing in the call. Answered only when it fails."""


@dataclass(frozen=True, slots=True)
class ResumeCaller(ControlCommand):
    """The caller is in the call again."""


@dataclass(frozen=True, slots=True)
class DismissHuman(ControlCommand):
    """Take a human out of the call who does not get the caller."""

    target: str


@dataclass(frozen=True, slots=True)
class LeaveCall(ControlCommand):
    """We leave; the caller and the human stay connected."""


@dataclass(frozen=True, slots=True)
class HangUp(ControlCommand):
    """End the call for everyone. Answered by `CallerLeft`, or treated as ended after a while."""

    reason: str


@dataclass(frozen=True, slots=True)
class RecogniseKeys(ControlCommand):
    """Have the telephony service report the caller's keys itself, beside the media stream."""


@dataclass(frozen=True, slots=True)
class MuteOurselves(ControlCommand):
    """Have the telephony service mute us as well: from here on we only listen. It cannot be taken back."""


@dataclass(frozen=True, slots=True)
class SendKeys(ControlCommand):
    """Press these keys towards the caller's side. Answered by `KeysSent`."""

    tool_call_id: str
    keys: Words


@dataclass(frozen=True, slots=True)
class StartRecording(ControlCommand):
    """Record the call. Answered by `RecordingChanged` or `ControlFailed`."""


# --- to the tool runner


@dataclass(frozen=True, slots=True)
class RunTool(ToolCommand):
    """Run one of the user's tools. `arguments` is the JSON text as the model wrote it.

    `with_keys`: it gets the keys that were hidden since the last `HideKeys`.
    """

    tool_call_id: str
    name: str
    arguments: str
    timeout_ms: int
    with_keys: bool = False


@dataclass(frozen=True, slots=True)
class CancelTool(ToolCommand):
    """The result is no longer wanted."""

    tool_call_id: str


# --- the end of the session's work


@dataclass(frozen=True, slots=True)
class CloseCall(Command):
    """The session is finished; the runner closes everything that is still open."""

    outcome: str  # completed | transferred | rejected | failed
    reason: str
