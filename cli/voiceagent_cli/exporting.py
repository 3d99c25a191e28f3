"""Writing an export: which form needs what of the capture, and where it goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.capture.records import Header, Record


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, or is to be shown."""

    form: str
    text: str
    paths: tuple[Path, ...]
    stopped: str | None

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {"form": self.form, "files": [str(path) for path in self.paths], "stopped": self.stopped}


def export(directory: Path, capture: str, form: str, out: Path | None, *, audio_url: str = "") -> Exported:
    """Export a capture. UserError for a wav file without a name, an address without a vCon, or a capture without audio."""
    from voiceagent.local.captured import report_of, shelf_of

    if form == "wav" and out is None:
        raise UserError("a WAV file needs a name", remedy="add -o call.wav")
    if audio_url and (form != "vcon" or out is None):
        raise UserError("--audio-url is for --to vcon with -o FILE", remedy="leave it out, or export a vcon to a file")
    if audio_url and not audio_url.startswith("https://"):
        raise UserError(f"--audio-url is {audio_url}, and a vCon refers to audio over https", remedy="give an https address")
    shelf = shelf_of(directory)
    reader = shelf.open(capture)
    records = list(reader)
    if form == "wav" and out is not None:
        _write(out, _wav(records)[0])
        return Exported(form, "", (out,), reader.stopped)
    report = report_of(reader.header, records, capture=shelf.named(reader.path))
    if form == "vcon":
        return _vcon(reader.header, records, report, out, audio_url, reader.stopped)
    text = _text(form, reader.header, records, report, reader.stopped)
    return _written(form, text, out, reader.stopped)


def _text(form: str, header: Header, records: list[Record], report: dict[str, Any], stopped: str | None) -> str:
    from voiceagent.capture.export.har import har
    from voiceagent.capture.export.plain import document
    from voiceagent.capture.export.story import lines

    if form == "text":
        return "\n".join(lines(header, records, stopped=stopped)) + "\n"
    return _json(har(header, records) if form == "har" else document(header, records, report, stopped=stopped))


def _vcon(
    header: Header, records: list[Record], report: dict[str, Any], out: Path | None, audio_url: str, stopped: str | None
) -> Exported:
    from voiceagent.capture.export.vcon import vcon

    try:
        audio, duration_ms = _wav(records)
    except UserError:
        audio, duration_ms = None, 0.0  # a conversation without its recording is still a vCon
    if audio_url and audio is None:
        raise UserError("the capture holds no audio that could be at --audio-url", remedy="leave it out")
    document = vcon(header, records, report, audio=audio, duration_ms=duration_ms, audio_url=audio_url)
    beside: tuple[Path, ...] = ()
    if audio_url and audio is not None and out is not None:
        beside = (out.with_suffix(".wav"),)
        _write(beside[0], audio)
    done = _written("vcon", _json(document), out, stopped)
    return Exported("vcon", done.text, (*done.paths, *beside), stopped)


def _wav(records: list[Record]) -> tuple[bytes, float]:
    from voiceagent.audio.wav import wav_bytes
    from voiceagent.capture.export.sound import sound_of

    sound = sound_of(records)
    return wav_bytes(sound.stereo, sound.rate, channels=2), sound.duration_ms


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _written(form: str, text: str, out: Path | None, stopped: str | None) -> Exported:
    if out is None:
        return Exported(form, text, (), stopped)
    _write(out, text.encode())
    return Exported(form, text, (out,), stopped)


def _write(path: Path, content: bytes) -> None:
    """Private, as the capture itself is."""
    import os

    try:
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}", remedy="give another file with -o") from error
