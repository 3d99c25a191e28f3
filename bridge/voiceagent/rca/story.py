"""A call's records boiled down to what the rules ask: who asked for what and was told what, when sound flowed, what was noted.

Pure: records in, a `Story` out. Every fact keeps its time, so that a rule can show its evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.capture.records import Header, LaneStep, Mark, NoteRecord, Reaction, Record, SessionRecord, Wire
from voiceagent.rca.codes import meaning, state

_ERROR_IN_REASON = re.compile(r"\((\d{3})\)")
_SILENT = b'"silent":true'
_AUDIO_IN = (b'"kind":"AudioData"', b'"kind": "AudioData"')
_AUDIO_DELTA = b'response.audio.delta"'
_APPEND = b'input_audio_buffer.append"'


@dataclass(frozen=True, slots=True)
class Fact:
    """Something in the records: when, what kind, and what of it matters. `text` is for people."""

    at_ms: float
    what: str
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """As evidence."""
        return {"at_ms": round(self.at_ms, 3), "what": self.what, "text": self.text}


@dataclass(slots=True)
class Flow:
    """Frames of one kind in one direction."""

    count: int = 0
    silent: int = 0
    first_ms: float | None = None
    last_ms: float | None = None

    def add(self, at_ms: float, *, silent: bool = False) -> None:
        """One frame more, at so many ms of the call."""
        self.count += 1
        self.silent += silent
        self.first_ms = at_ms if self.first_ms is None else self.first_ms
        self.last_ms = at_ms


@dataclass(slots=True)
class Story:
    """Everything the rules may ask of a call."""

    call_id: str = ""
    correlation_id: str = ""
    announced: str = ""
    """The time that the service wrote on its announcement."""
    began: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    end_reason: str = ""
    ended_ms: float | None = None
    last_ms: float = 0.0
    sample_rate: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    requests: list[Fact] = field(default_factory=list)
    """Call control's requests with their answers: `fields` has operation, status, code, message."""
    callbacks: list[Fact] = field(default_factory=list)
    """The service's reports: `fields` has type, code, subcode, message, update."""
    warnings: list[Fact] = field(default_factory=list)
    engine_errors: list[Fact] = field(default_factory=list)
    events: list[Fact] = field(default_factory=list)
    """What the session was told, but for the stream of words and turns."""
    commands: list[Fact] = field(default_factory=list)
    transfers: list[Fact] = field(default_factory=list)
    tools: list[Fact] = field(default_factory=list)
    metadata: Fact | None = None
    caller: Flow = field(default_factory=Flow)
    to_caller: Flow = field(default_factory=Flow)
    from_engine: Flow = field(default_factory=Flow)
    to_engine: Flow = field(default_factory=Flow)
    replies: Flow = field(default_factory=Flow)
    speech: Flow = field(default_factory=Flow)
    """Times that the engine heard the caller begin to speak."""
    marks: list[Fact] = field(default_factory=list)
    complete: bool = False

    def warned(self, *codes: str) -> list[Fact]:
        """The warnings of these codes."""
        return [one for one in self.warnings if one.what in codes]

    def request(self, operation: str) -> Fact | None:
        """The last request of a kind, with its answer."""
        return next((one for one in reversed(self.requests) if one.fields["operation"] == operation), None)

    def reported(self, *types: str) -> list[Fact]:
        """The service's reports of these types."""
        return [one for one in self.callbacks if one.fields["type"] in types]

    def told(self, *types: str) -> list[Fact]:
        """The events of these types."""
        return [one for one in self.events if one.what in types]

    def wanted(self, *types: str) -> list[Fact]:
        """The commands of these types."""
        return [one for one in self.commands if one.what in types]


def story_of(header: Header, records: Iterable[Record]) -> Story:
    """Read the records once."""
    story = Story(call_id=header.call_id)
    open_requests: list[Fact] = []
    for record in records:
        story.last_ms = max(story.last_ms, record.at_ms)
        match record:
            case Wire(edge="media"):
                _media(story, record)
            case Wire(edge="engine"):
                _engine(story, record)
            case Wire(edge="webhook"):
                _webhook(story, record)
            case Wire(edge="control"):
                _control(story, record, open_requests)
            case SessionRecord(settings=settings):
                story.sample_rate = int((settings.get("setup") or {}).get("sample_rate") or 0)
            case Reaction():
                _reaction(story, record)
            case NoteRecord():
                _note(story, record)
            case Mark(at_ms, mark, sentence):
                story.marks.append(Fact(at_ms, mark, sentence))
            case LaneStep():
                pass
            case _:
                story.complete = story.complete or type(record).__name__ == "End"
    return story


def _media(story: Story, wire: Wire) -> None:
    frame = wire.frame or b""
    if wire.direction == "out":
        if b'"AudioData"' in frame[:60] or b'"audioData"' in frame:
            story.to_caller.add(wire.at_ms)
        return
    if any(words in frame[:60] for words in _AUDIO_IN):
        story.caller.add(wire.at_ms, silent=_SILENT in frame.replace(b" ", b""))
        return
    told = _object(frame)
    if str(told.get("kind")) == "AudioMetadata":
        about = told.get("audioMetadata") or {}
        text = f"{about.get('encoding', '?')} at {about.get('sampleRate', '?')} Hz, {about.get('channels', '?')} channel"
        story.metadata = Fact(wire.at_ms, "AudioMetadata", text, about)


def _engine(story: Story, wire: Wire) -> None:
    frame = wire.frame or b""
    if wire.direction == "out":
        if _APPEND in frame[:60]:
            story.to_engine.add(wire.at_ms)
        return
    if _AUDIO_DELTA in frame[:120]:
        story.from_engine.add(wire.at_ms)
        return
    told = _object(frame)
    kind = str(told.get("type", ""))
    if kind == "input_audio_buffer.speech_started":
        story.speech.add(wire.at_ms)
    elif kind == "error":
        error = told.get("error") or {}
        story.engine_errors.append(_engine_error(wire.at_ms, "error", error))
    elif kind == "response.done":
        story.replies.add(wire.at_ms)
        response = told.get("response") or {}
        details = response.get("status_details") or {}
        if response.get("status") in ("failed", "incomplete"):
            error = details.get("error") or {"code": details.get("reason")}
            story.engine_errors.append(_engine_error(wire.at_ms, f"response {response['status']}", error))


def _engine_error(at_ms: float, what: str, error: Mapping[str, Any]) -> Fact:
    code = str(error.get("code") or error.get("type") or "")
    return Fact(at_ms, what, f"the engine: {what}, {code}".rstrip(", "), {"code": code, "type": str(error.get("type") or "")})


def _webhook(story: Story, wire: Wire) -> None:
    found = _parsed(wire.frame or b"")
    for event in found if isinstance(found, list) else [found]:
        if not isinstance(event, dict):
            continue
        kind = str(event.get("type") or event.get("eventType") or "").rsplit(".", 1)[-1]
        data = event.get("data") if isinstance(event.get("data"), dict) else {}
        assert isinstance(data, dict)
        if kind == "IncomingCall":
            story.announced = str(event.get("eventTime") or event.get("time") or "")
            continue
        result = data.get("resultInformation") or {}
        update = data.get("mediaStreamingUpdate") or {}
        code, subcode = result.get("code"), result.get("subCode")
        told = "/".join(str(one) for one in (code, subcode) if one is not None)
        details = update.get("mediaStreamingStatusDetails") or ""
        text = (
            f"ACS reports {kind}" + (f" {told}{meaning(subcode)}" if told else "") + (f", {state(details)}" if details else "")
        )
        fields = {
            "type": kind,
            "code": code,
            "subcode": subcode,
            "update": details,
            "message": str(result.get("message") or ""),
        }
        story.callbacks.append(Fact(wire.at_ms, "callback", text, fields))


def _control(story: Story, wire: Wire, waiting: list[Fact]) -> None:
    told = _object(wire.frame or b"")
    if wire.direction == "out":
        operation = operation_of(str(told.get("method", "")), str(told.get("url", "")))
        waiting.append(
            Fact(wire.at_ms, "request", f"we ask ACS to {operation}", {"operation": operation, "status": None, "code": ""})
        )
        story.requests.append(waiting[-1])
        return
    if not waiting:
        return
    asked = waiting.pop(0)
    error = (told.get("body") or {}).get("error") if isinstance(told.get("body"), dict) else None
    code = str((error or {}).get("code") or "")
    status = told.get("status")
    text = f"we ask ACS to {asked.fields['operation']}: {status} {code}{meaning(code)}".rstrip()
    message = str((error or {}).get("message") or "")
    answered = Fact(asked.at_ms, "request", text, {**asked.fields, "status": status, "code": code, "message": message})
    story.requests[story.requests.index(asked)] = answered


def operation_of(method: str, url: str) -> str:
    """`answer`, `reject`, `addParticipant`, `get`, … of a request to Call Automation."""
    path = url.partition("?")[0]
    last = path.rsplit("/", 1)[-1].replace("%3A", ":")
    return last.partition(":")[2] or {"DELETE": "hangUp", "POST": "create"}.get(method.upper(), "get")


def _reaction(story: Story, record: Reaction) -> None:
    if record.event is not None:
        kind, fields = str(record.event.get("type", "")), record.event.get("fields") or {}
        if kind in _TELLING:
            story.events.append(Fact(record.at_ms, kind, _told(kind, fields), fields))
    for command in record.commands:
        kind, fields = str(command.get("type", "")), command.get("fields") or {}
        if kind in _WANTED:
            story.commands.append(Fact(record.at_ms, kind, _told(kind, fields), fields))


_TELLING = frozenset(
    {
        *("EngineLost", "EngineRefused", "EngineReady", "SpareFailed", "MediaOpened", "MediaClosed", "ControlFailed"),
        *("CallerLeft", "TransferEnded", "NotReached", "CallAnswered"),
    }
)
_WANTED = frozenset(
    {"MuteAgent", "UnmuteAgent", "HangUp", "LeaveCall", "CloseCall", "PausePlayback", "ResumePlayback", "AskForReply"}
)


def _told(kind: str, fields: Mapping[str, Any]) -> str:
    facts = [
        f"{name} {value}" for name, value in fields.items() if isinstance(value, (str, int, float)) and value not in ("", None)
    ]
    return f"{kind}: {', '.join(facts)}" if facts else kind


def _note(story: Story, note: NoteRecord) -> None:
    fields = note.fields
    match note.type:
        case "CallBeganNoted":
            story.began = fields
            story.correlation_id = str(fields.get("correlation_id") or "")
        case "CallEndedNoted":
            story.outcome, story.end_reason = str(fields.get("outcome") or ""), str(fields.get("reason") or "")
            story.ended_ms = note.at_ms
        case "PhaseNoted":
            story.phases.setdefault(str(fields.get("phase") or ""), note.at_ms)
        case "Warned":
            code, sentence = str(fields.get("code") or ""), str(fields.get("sentence") or "")
            status = _ERROR_IN_REASON.search(sentence)
            told = {"code": code, "sentence": sentence, "status": int(status[1]) if status else None}
            story.warnings.append(Fact(note.at_ms, code, f"warned of {code}: {sentence}", told))
        case "TransferNoted":
            text = f"the transfer to {fields.get('target')} ended: {fields.get('outcome')} {fields.get('code') or ''}".rstrip()
            story.transfers.append(Fact(note.at_ms, "transfer", text, fields))
        case "ToolNoted":
            text = f"the tool {fields.get('name')}: {fields.get('outcome')}"
            story.tools.append(
                Fact(note.at_ms, "tool", text, {name: fields.get(name) for name in ("name", "outcome", "duration_ms")})
            )


def _parsed(frame: bytes) -> Any:
    try:
        return json.loads(frame)
    except ValueError:
        return None


def _object(frame: bytes) -> dict[str, Any]:
    found = _parsed(frame)
    return found if isinstance(found, dict) else {}
