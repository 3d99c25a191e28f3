"""A captured call made into a scenario: the caller does again what it did, and what came of it is expected, faults included.

Under the policy `full` the caller's words are known and are said again by the emulated caller's voice. Where words were hidden,
or on request, the caller's own voice is cut out of the captured audio and played.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import NoteRecord, Wire
from voiceagent.errors import UserError
from voiceagent.protocol import acs_media

FRAME_MS = 20
AROUND_MS = 200
"""Kept before and after a turn: engines place its edges by decisions of 100 ms and more."""
PAUSE_MS = 3_000
"""A caller who waited longer than this did so on purpose."""
PATIENCE_MS = 700
"""What the emulated caller waits anyway before it speaks."""
HUMANS = {"connected": "answer", "busy": "busy", "declined": "declined", "no_answer": "no_answer", "failed": "unreachable"}


@dataclass(frozen=True, slots=True)
class Made:
    """The files that were written."""

    scenario: Path
    recordings: tuple[Path, ...]
    steps: int


@dataclass(slots=True)
class _Seen:
    """What of a capture a scenario needs. `notes` are (time, type, fields)."""

    policy: str
    engine: str
    call_id: str
    notes: list[tuple[float, str, Mapping[str, Any]]] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    audio_began: float | None = None
    rate: int = 24_000

    @property
    def words_known(self) -> bool:
        return self.policy == "full"

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [fields for _, type_, fields in self.notes if type_ == kind]


def to_scenario(capture: CaptureReader, target: Path, *, voice: bool = False) -> Made:
    """Write the scenario of a capture, and the recordings it plays beside it. With `voice` the caller's own voice is used.

    UserError when the target exists, or the caller did nothing in that call.
    """
    if target.exists():
        raise UserError(f"{target} exists.", remedy="name another file with -o")
    seen = _read(capture)
    files: dict[Path, bytes] = {}

    def cut_out(number: int, begin: float, end: float) -> str:
        path = target.parent / f"{target.stem}-{number}.wav"
        files[path] = _cut(seen, begin, end)
        return path.name

    steps = _steps(seen, cut_out if voice or not seen.words_known else None)
    if not steps:
        raise UserError(f"{capture.path}: the caller neither spoke nor pressed a key; there is nothing to play again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        path.write_bytes(content)
    target.write_text(_text(seen, steps, capture.path), encoding="utf-8")
    return Made(target, tuple(files), len(steps))


def _read(reader: CaptureReader) -> _Seen:
    seen = _Seen(reader.header.policy, reader.header.engine, reader.header.call_id)
    for record in reader:
        if isinstance(record, NoteRecord):
            seen.notes.append((record.at_ms, record.type, record.fields))
        elif isinstance(record, Wire) and record.edge == "media" and record.direction == "in" and record.frame:
            _hear(seen, record.at_ms, record.frame)
    return seen


def _hear(seen: _Seen, at_ms: float, frame: bytes) -> None:
    from base64 import b64decode

    match acs_media.decode(frame):
        case acs_media.AudioMetadata(sample_rate=rate):
            seen.rate = rate
        case acs_media.AudioData(payload=payload):
            seen.audio_began = at_ms if seen.audio_began is None else seen.audio_began
            seen.audio += b64decode(payload)


def _cut(seen: _Seen, begin: float, end: float) -> bytes:
    from voiceagent.audio.wav import wav_bytes

    if seen.audio_began is None:
        raise UserError(
            "The capture has neither the caller's words nor audio.", remedy="capture with capture.policy redacted or full"
        )
    frame = seen.rate * 2 * FRAME_MS // 1000
    first = max(0, int((begin - AROUND_MS - seen.audio_began) / FRAME_MS))
    last = max(first + 1, int((end + AROUND_MS - seen.audio_began) / FRAME_MS))
    return wav_bytes(bytes(seen.audio[first * frame : last * frame]), seen.rate)


# --- what the caller did


def _steps(seen: _Seen, cut_out: Callable[[int, float, float], str] | None) -> list[dict[str, Any]]:
    """The steps in their order, each with what came of it."""
    acts = sorted([*_turns(seen), *_keys(seen)], key=lambda act: act[0])
    steps: list[dict[str, Any]] = []
    for index, (begin, end, step) in enumerate(acts):
        over = _spoken_over(seen, begin)
        waited = begin - _quiet_since(seen, begin)
        if over is None and waited > PAUSE_MS and steps:
            steps.append({"silence": int(waited - PATIENCE_MS)})
        if "say" in step and cut_out is not None:
            step = {"wav": cut_out(len(steps) + 1, begin, end)}
        elif "say" in step and over is not None:
            step = {"interrupt": step["say"]}
        if over is not None and "dtmf" not in step:
            step["after_ms"] = max(0, round(begin - over))
        until = acts[index + 1][0] if index + 1 < len(acts) else float("inf")
        if expected := _expected(seen, begin, until):
            step["expect"] = expected
        steps.append(step)
    return steps


def _turns(seen: _Seen) -> Iterable[tuple[float, float, dict[str, Any]]]:
    for turn in seen.of("CallerTurnNoted"):
        if str(turn["text"]).strip():
            yield turn["start_ms"], turn["end_ms"], {"say": str(turn["text"])}


def _keys(seen: _Seen) -> Iterable[tuple[float, float, dict[str, Any]]]:
    """Keys in one go are one step."""
    run: list[tuple[float, str]] = []
    for at, type_, fields in seen.notes:
        if type_ != "KeyNoted":
            continue
        if run and at - run[-1][0] > PAUSE_MS:
            yield run[0][0], run[-1][0], {"dtmf": "".join(key for _, key in run)}
            run = []
        run.append((at, str(fields["key"])))
    if run:
        yield run[0][0], run[-1][0], {"dtmf": "".join(key for _, key in run)}


def _spoken_over(seen: _Seen, begin: float) -> float | None:
    """When the turn of the agent began that the caller broke into."""
    for turn in seen.of("AgentTurnNoted"):
        if turn["interrupted"] and turn["start_ms"] < begin <= turn["end_ms"]:
            return float(turn["start_ms"])
    return None


def _quiet_since(seen: _Seen, begin: float) -> float:
    ends = [
        turn["end_ms"] for kind in ("AgentTurnNoted", "CallerTurnNoted") for turn in seen.of(kind) if turn["end_ms"] <= begin
    ]
    return max(ends, default=begin)


# --- what came of it


def _expected(seen: _Seen, begin: float, until: float) -> list[dict[str, Any]]:
    expected: list[dict[str, Any]] = []
    for at, type_, fields in seen.notes:
        if type_ == "ToolNoted" and begin <= at < until:
            arguments = _arguments(str(fields["arguments"])) if seen.words_known else {}
            expected.append({"tool": fields["name"], **({"arguments": arguments} if arguments else {})})
    # A language model never says a thing twice in the same words; the embedded engine does.
    if seen.words_known and seen.engine == "embedded":
        turns = [turn for turn in seen.of("AgentTurnNoted") if begin <= turn["start_ms"] < until and not turn["interrupted"]]
        expected += [{"agent_says": str(turn["text"])} for turn in turns]
    if any(turn["interrupted"] and turn["start_ms"] < begin <= turn["end_ms"] for turn in seen.of("AgentTurnNoted")):
        expected.append({"barge_in": {"stop_ms": 1000}})
    return expected


def _arguments(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _human(transfer: Mapping[str, Any]) -> str:
    """Who does what the human of that call did."""
    if transfer["outcome"] == "failed" and transfer.get("code") == "human_left":
        return "leaves"
    if transfer["outcome"] == "declined" and transfer.get("mode") == "consult":
        return "refuses"
    return HUMANS.get(str(transfer["outcome"]), "no_answer")


def _text(seen: _Seen, steps: list[dict[str, Any]], capture: Path) -> str:
    """The file."""
    from ruamel.yaml import YAML

    content: dict[str, Any] = {"name": f"call {seen.call_id}", "description": f"Made of {capture.name}."}
    whole: list[dict[str, Any]] = []
    if transfers := seen.of("TransferNoted"):
        last = transfers[-1]
        content["human"] = _human(last)
        if last["outcome"] != "cancelled":  # the caller hung up while it rang; how it ends now is not known
            whole.append({"transfer": {"target": last["target"], "outcome": last["outcome"]}})
    if ends := seen.of("CallEndedNoted"):
        whole.append({"call_ended": ends[-1]["outcome"]})
    content["steps"] = steps
    if whole:
        content["expect"] = whole
    writer = YAML()
    writer.width = 120
    writer.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    writer.dump(content, written)
    return (
        "# Made of a captured call. Keep the expectations that matter, and say in `name` what this call is about.\n"
        + written.getvalue()
    )
