"""What answers behind the emulated Voice Live, as it is typed: models, a script, or a recorded session.

A recorded session is a file of lines with events, or a capture of ours, whose frames between bridge and engine are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import BadParameter

if TYPE_CHECKING:
    from voiceagent.emulators.voice_live.recorded import Line, Recorded

METAVAR = "<embedded|scripted|scripted:FILE|recorded:FILE>"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """`kind` is embedded, scripted or recorded; `file` its script or recording."""

    kind: str = "embedded"
    file: Path | None = None

    def __str__(self) -> str:
        return self.kind if self.file is None else f"{self.kind}:{self.file}"

    @property
    def answers(self) -> str:
        """What must be loaded."""
        return "embedded" if self.kind == "embedded" else "scripted"

    def source(self) -> Any:
        """What answers, read from the file; None without one. Raises UserError."""
        if self.file is None:
            return None
        if self.kind == "recorded":
            return recording_in(self.file)
        from voiceagent.emulators.voice_live.script_file import read_script

        return read_script(self.file)


def engine_of(typed: str | EngineChoice) -> EngineChoice:
    """`embedded`, `scripted`, `scripted:FILE` or `recorded:FILE`; a default comes as it is."""
    if isinstance(typed, EngineChoice):
        return typed
    kind, _, file = typed.partition(":")
    needs_file, takes_file = kind == "recorded", kind in ("recorded", "scripted")
    if kind not in ("embedded", "scripted", "recorded") or (file and not takes_file) or (needs_file and not file):
        raise BadParameter(f"{typed!r} is none of embedded, scripted, scripted:FILE, recorded:FILE.")
    return EngineChoice(kind, Path(file) if file else None)


def recording_in(path: Path) -> Recorded:
    """The engine's side of a capture, or a file of recorded events."""
    from voiceagent.emulators.voice_live.recorded import Recorded, read_recording

    if not path.name.endswith(".gz"):
        return read_recording(path)
    lines = tuple(_captured(path))
    return Recorded(lines, path.name, bytes_per_ms=_rate(lines) * 2 / 1000)


def _captured(path: Path) -> Iterator[Line]:
    from voiceagent.capture.read import read_capture
    from voiceagent.capture.records import Wire
    from voiceagent.emulators.voice_live.recorded import Line

    for record in read_capture(path).records:
        if isinstance(record, Wire) and record.edge == "engine" and record.frame is not None:
            yield Line(record.direction == "out", json.loads(record.frame), record.at_ms)


def _rate(lines: tuple[Line, ...]) -> int:
    """The rate of the caller's audio that the bridge asked for."""
    for line in lines:
        session = line.event.get("session")
        if line.sent and isinstance(session, Mapping) and session.get("input_audio_sampling_rate"):
            return int(session["input_audio_sampling_rate"])
    return 24_000
