"""The caller of a capture: what they said as sound, when, and what the agent was doing at that moment.

The engine dated every turn on its own audio clock, whose zero is the caller's first frame; so the turns can be cut out of the
caller's frames to the sample. What lies around a turn in the engine's dating (padding before, silence after) is left off.
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Iterable
from dataclasses import dataclass, field

from voiceagent.call.settings import SessionSettings
from voiceagent.capture.records import NoteRecord, Reaction, Record, SessionRecord, Wire
from voiceagent.capture.shapes import revive
from voiceagent.errors import RemoteProtocolError, UserError
from voiceagent.protocol.acs_media import AudioData, audio_payload, decode

LEAD_MS = 120.0
"""Kept before the onset: a soft consonant begins before any detector says so."""

TAIL_MS = 120.0
"""Kept after the end, for the same reason."""

_FRAME_MS = 20.0


@dataclass(frozen=True, slots=True)
class Agent:
    """One thing the agent said, as the caller heard it."""

    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of the caller. `lead_ms` of the sound lie before its onset at `start_ms`."""

    start_ms: float
    end_ms: float
    lead_ms: float
    pcm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Everything that was said. `keys` are those pressed, with their times. `alone`: only the caller was recorded."""

    rate: int
    caller: tuple[Utterance, ...]
    agent: tuple[Agent, ...]
    keys: tuple[tuple[float, str], ...]
    alone: bool = False


@dataclass(slots=True)
class _Turn:
    begins: float  # on the engine's audio clock
    ends: float | None = None


@dataclass(slots=True)
class _Tape:
    """What is gathered on the way through a capture."""

    settings: SessionSettings | None = None
    rate: int = 24_000
    pcm: bytearray = field(default_factory=bytearray)
    at_ms: list[float] = field(default_factory=list)
    turns: dict[str, _Turn] = field(default_factory=dict)
    agent: list[Agent] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)


def spoken(records: Iterable[Record]) -> Spoken:
    """What was said in a capture. UserError when it holds no turn of a caller to be spoken again."""
    tape = _Tape()
    for record in records:
        match record:
            case Wire(edge="media", direction="in", frame=bytes() as frame):
                _hear(tape, record.at_ms, frame)
            case Reaction(event=event) if event is not None:
                _told(tape, record.at_ms, event["type"], event.get("fields") or {})
            case NoteRecord(type="AgentTurnNoted"):
                tape.agent.append(Agent(float(record.fields["start_ms"]), float(record.fields["end_ms"])))
            case SessionRecord():
                tape.settings = revive({"type": "SessionSettings", "fields": record.settings})
    if not tape.pcm:
        raise UserError("the capture holds no audio of the caller", remedy="replay it exactly, without --live")
    if not tape.turns and not tape.keys:
        raise UserError("the capture tells of no turn of the caller", remedy="replay it exactly, without --live")
    caller = [_cut(tape, turn) for turn in tape.turns.values()]
    agent = sorted(tape.agent, key=lambda one: one.start_ms)
    return Spoken(tape.rate, tuple(sorted(caller, key=lambda one: one.start_ms)), tuple(agent), tuple(tape.keys))


def _hear(tape: _Tape, at_ms: float, frame: bytes) -> None:
    payload = audio_payload(frame)
    if payload is None:
        try:
            said = decode(frame)
        except RemoteProtocolError:
            return
        if not isinstance(said, AudioData):
            return
        payload = said.payload
    try:
        # A silent frame may come without samples; time passes all the same.
        tape.pcm += a2b_base64(payload) or bytes(tape.rate // 50 * 2)
    except Error:
        return
    tape.at_ms.append(at_ms)


def _told(tape: _Tape, at_ms: float, name: str, fields: dict[str, object]) -> None:
    match name:
        case "MediaOpened":
            tape.rate = int(str(fields.get("sample_rate") or tape.rate))
        case "CallerSpeechStarted":
            tape.turns[str(fields["item_id"])] = _Turn(float(str(fields["audio_start_ms"])))
        case "CallerSpeechStopped" if (turn := tape.turns.get(str(fields["item_id"]))) is not None:
            turn.ends = float(str(fields["audio_end_ms"]))
        case "KeyPressed":
            tape.keys.append((at_ms, str(fields["key"])))


def _cut(tape: _Tape, turn: _Turn) -> Utterance:
    settings = tape.settings
    per_ms = tape.rate * 2 / 1000
    whole = len(tape.pcm) / per_ms
    onset = min(whole, turn.begins + (settings.onset_padding_ms if settings else 0.0))
    end = whole if turn.ends is None else turn.ends - (settings.end_silence_ms if settings else 0.0)
    end = min(whole, max(end, onset + _FRAME_MS))
    lead = min(LEAD_MS, onset)
    first, last = (int(at * per_ms) // 2 * 2 for at in (onset - lead, min(whole, end + TAIL_MS)))
    return Utterance(_when(tape, onset), _when(tape, end), lead, bytes(tape.pcm[first:last]))


def _when(tape: _Tape, position_ms: float) -> float:
    """The call's time when this place of the caller's audio came in."""
    frame = min(int(position_ms // _FRAME_MS), len(tape.at_ms) - 1)
    return tape.at_ms[frame] + (position_ms - frame * _FRAME_MS)
