"""What the call session tells whoever watches (report, capture, workbench, logs); nothing of the call depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voiceagent.call.events import ToolOutcome, TransferMode, TransferOutcome
from voiceagent.call.roots import Command
from voiceagent.discreet import PhoneNumber, Words


class Note(Command):
    """The root of all notes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CallerTurnNoted(Note):
    """What the caller said, once its text is known. Times are of the speech itself."""

    item_id: str
    text: Words
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class AgentSpeechBegan(Note):
    """The caller begins to hear an item. `latency_ms` counts from the end of the caller's speech, None for a greeting."""

    item_id: str
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class AgentTurnNoted(Note):
    """An item the agent spoke, when the caller has heard it to its end or interrupted it.

    `heard_ms` is how much of its audio the caller heard.
    """

    item_id: str
    text: Words
    start_ms: float
    end_ms: float
    interrupted: bool
    heard_ms: float
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class BargeInNoted(Note):
    """The caller interrupted. `stop_ms`: from the onset of speech (as the engine places it) to our StopPlayback;
    `truncated_at_ms`: where the item was cut, as the engine was told; what the caller had heard, where it cuts by itself."""

    at_ms: float
    stop_ms: float
    truncated_at_ms: float


@dataclass(frozen=True, slots=True)
class PlaybackResumedNoted(Note):
    """An interruption was none; after `silent_ms` the agent goes on where the caller stopped hearing."""

    silent_ms: float


@dataclass(frozen=True, slots=True)
class ToolNoted(Note):
    """A tool ran. `arguments` and `output` are JSON texts."""

    name: str
    arguments: Words
    output: Words
    outcome: ToolOutcome
    duration_ms: float


@dataclass(frozen=True, slots=True)
class TransferNoted(Note):
    """How a transfer ended. `code`: the service's reason of a failure, or `human_left` for one who hung up again."""

    target: str
    outcome: TransferOutcome
    duration_ms: float
    mode: TransferMode = "join"
    code: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredByNoted(Note):
    """Who answered a call of ours, as the model understood it: human or voicemail."""

    who: str


@dataclass(frozen=True, slots=True)
class RecordingNoted(Note):
    """The service's recording of the call: its id, under which its file is announced later, and `state` active or inactive."""

    recording_id: str
    state: str


@dataclass(frozen=True, slots=True)
class AgentChangedNoted(Note):
    """From here on another agent of the project answers."""

    agent: str


@dataclass(frozen=True, slots=True)
class KeyNoted(Note):
    """The caller pressed a key."""

    key: Words


@dataclass(frozen=True, slots=True)
class UsageNoted(Note):
    """Tokens of one reply, by kind."""

    usage: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PhaseNoted(Note):
    """The call reached a phase: answered, media_open, engine_ready, first_audio, transferring, ending, ended."""

    phase: str


@dataclass(frozen=True, slots=True)
class CallBeganNoted(Note):
    """The runner's first note: who calls whom, and what answers. Times are Unix seconds.

    `received_at` and `validated_at`: when the call was announced to us, and when we knew by whom; 0 for a call of ours.
    """

    agent: str
    engine: str
    correlation_id: str
    caller: PhoneNumber
    called: PhoneNumber
    started_at: float
    received_at: float = 0.0
    validated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class CallEndedNoted(Note):
    """The runner's last note: everything is closed. Counts are of frames; `dropped`: lost to slow peers, full buffers."""

    outcome: str  # as in CloseCall
    reason: str
    caller_in: int
    agent_out: int
    dropped: int


@dataclass(frozen=True, slots=True)
class BridgeShareNoted(Note):
    """How much of a latency was the bridge's own: `kind` is first_audio (engine's first delta in, caller's first frame out) or
    barge_in (speech_started in, StopPlayback carried out)."""

    kind: str
    ms: float


@dataclass(frozen=True, slots=True)
class Warned(Note):
    """Something a developer should see; the call goes on."""

    code: str
    sentence: str
