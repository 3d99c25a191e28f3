"""Bare recordings as captures: media frames as people log them today, one JSON object a line, or a WAV file.

A log line may be the frame itself or an object around it. Its time is looked for under the usual names, in the line and then in
the frame; where there is none, frames follow each other as their audio lasts. Its direction likewise; where nobody tells it,
the frame does: what ACS sends is camelCase with a participant or a silent flag, what an application sends is not.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from voiceagent import __version__
from voiceagent.audio.formats import PCM16K, PCM24K, Format
from voiceagent.audio.resample import Resampler
from voiceagent.audio.wav import read_channels
from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, Note, PhaseNoted
from voiceagent.capture.records import Header, NoteRecord, Record, Wire, compact
from voiceagent.capture.shapes import field_values
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import RemoteProtocolError, UserError
from voiceagent.protocol.acs_media import (
    AudioData,
    AudioMetadata,
    UnknownFrame,
    decode,
    encode_audio,
    encode_caller_audio,
    encode_metadata,
)

Direction = Literal["in", "out"]

_TIME_NAMES = ("t", "time", "ts", "timestamp", "at", "at_ms", "time_ms", "date", "datetime")
_DIRECTION_NAMES = ("dir", "direction", "type", "event", "from", "side")
_FRAME_NAMES = ("frame", "message", "msg", "data", "payload", "body", "raw", "text")
_IN = {"in", "inbound", "incoming", "recv", "received", "receive", "rx", "from_acs", "acs", "caller", "client", "<", "<-", "<<"}
_OUT = {"out", "outbound", "outgoing", "send", "sent", "tx", "to_acs", "bot", "agent", "server", "assistant", ">", "->", ">>"}
_UNIX_SECONDS, _UNIX_MS = 1e8, 1e11  # from here on a number is a time since 1970
_FRAME_MS = 20.0
_AGENT = "imported"
_ARGUMENT = "a recording of media frames holds one JSON object a line, each a frame or an object with one"


@dataclass(frozen=True, slots=True)
class _Time:
    """In ms from anywhere; a small number may be in seconds as well."""

    ms: float
    unit_known: bool = True


@dataclass(frozen=True, slots=True)
class _Logged:
    """One line of a log: a frame, and what the log says of it."""

    frame: bytes
    raw: Mapping[str, Any]
    time: _Time | None
    direction: Direction | None


def records_of(path: Path, *, now: float) -> list[Record]:
    """The records of a recording. UserError when it is neither frames nor a WAV file. `now` is Unix time in seconds."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}", remedy="name a file of media frames or a WAV file"
        ) from error
    if content[:4] in (b"RIFF", b"RF64", b"RIFX") or path.suffix.lower() in (".wav", ".mp3", ".ogg", ".flac", ".m4a"):
        wires = list(_wires_of_wav(content, str(path)))
    else:
        wires = list(_wires(list(_logged(content, str(path)))))
    return _framed(wires, now)


def header_of(path: Path, *, now: float) -> Header:
    """The header of the capture that a recording becomes. Its id is made of the file: the same file, the same call."""
    call_id = f"imported-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    created = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Header(call_id, created, "full", {"voiceagent": __version__}, {"agent": _AGENT, "source": path.name}, "")


def is_recording(header: Header) -> bool:
    """Whether a capture was made of a bare recording: it tells of sound, and of nothing that anybody did."""
    return header.project.get("agent") == _AGENT and bool(header.project.get("source"))


# --- media frames


def _logged(content: bytes, name: str) -> Iterator[_Logged]:
    whole = _json(content)
    values = whole if isinstance(whole, list) else None
    lines = [compact(value) for value in values] if values is not None else content.splitlines()
    found = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        raw = _json(line)
        logged = _one(raw, line.strip()) if isinstance(raw, dict) else None
        if logged is None:
            what = "is no JSON object" if not isinstance(raw, dict) else "holds no media frame"
            raise UserError(f"{name}:{number} {what}", remedy=_ARGUMENT)
        found += 1
        yield logged
    if not found:
        raise UserError(f"{name} is empty", remedy=_ARGUMENT)


def _json(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _one(raw: dict[str, Any], line: bytes) -> _Logged | None:
    around = {name.lower(): value for name, value in raw.items()}
    if _is_frame(around):
        return _Logged(line, raw, _first_time(around), None)
    for name in _FRAME_NAMES:
        inner = around.get(name)
        frame = _json(inner) if isinstance(inner, str) else inner
        if isinstance(frame, dict) and _is_frame({key.lower(): value for key, value in frame.items()}):
            text = inner.strip().encode() if isinstance(inner, str) and "\n" not in inner.strip() else compact(frame)
            return _Logged(text, frame, _first_time(around), _direction(around))
    return None


def _is_frame(members: Mapping[str, Any]) -> bool:
    return isinstance(members.get("kind"), str) and any(
        name in members for name in ("audiodata", "audiometadata", "dtmfdata", "stopaudio")
    )


def _first_time(members: Mapping[str, Any]) -> _Time | None:
    for name in _TIME_NAMES:
        value = members.get(name)
        if isinstance(value, str) and (stamp := _stamp(value)) is not None:
            return _Time(stamp)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value >= _UNIX_MS or name.endswith("_ms"):
                return _Time(float(value))
            return _Time(value * 1000.0) if value >= _UNIX_SECONDS else _Time(float(value), unit_known=False)
    return None


def _stamp(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() * 1000
    except ValueError:
        return None


def _direction(members: Mapping[str, Any]) -> Direction | None:
    for name in _DIRECTION_NAMES:
        word = str(members.get(name, "")).lower()
        if word in _IN:
            return "in"
        if word in _OUT:
            return "out"
    return None


def _told_by_frame(raw: Mapping[str, Any]) -> Direction:
    if "kind" in raw and any(name in raw for name in ("audioMetadata", "dtmfData")):
        return "in"
    body = raw.get("audioData")
    spoken = isinstance(body, dict) and any(
        name in body for name in ("participantRawID", "participantRawId", "silent", "timestamp")
    )
    return "in" if "kind" in raw and spoken else "out"


def _wires(logged: list[_Logged]) -> Iterator[Wire]:
    """With times from the beginning of the recording."""
    format_, read = PCM24K, []
    for one in logged:
        try:
            frame = decode(one.frame)
        except RemoteProtocolError as error:
            raise UserError(f"a frame of the recording is broken: {error}", remedy=_ARGUMENT) from error
        if isinstance(frame, AudioMetadata):
            format_ = Format(frame.sample_rate)
        lasts = format_.ms(_bytes_in(frame.payload)) if isinstance(frame, AudioData) else 0.0
        read.append((one, frame, one.direction or _told_by_frame(one.raw), lasts))
    scale = _scale([one.time for one in logged], sum(lasts for _, _, direction, lasts in read if direction == "in"))
    zero, latest = None, 0.0
    for one, frame, direction, lasts in read:
        time = one.time.ms * (1.0 if one.time.unit_known else scale) if one.time else _own_time(frame)
        if time is not None:
            zero = time if zero is None else zero
            latest = max(latest, time - zero)
        elif direction == "in":
            latest += lasts  # nobody knows better: frames follow each other as their audio lasts
        yield Wire(latest, "media", direction, one.frame, len(one.frame))


def _bytes_in(base64_text: bytes) -> int:
    return len(base64_text) * 3 // 4 - base64_text[-2:].count(b"=")


def _scale(times: list[_Time | None], heard_ms: float) -> float:
    """ms in the log's unit: the times of a log in seconds pass a thousand times too slowly for its audio."""
    unknown = [time.ms for time in times if time is not None and not time.unit_known]
    span = max(unknown) - min(unknown) if unknown else 0.0
    return 1000.0 if 0 < span < heard_ms / 30 else 1.0


def _own_time(frame: object) -> float | None:
    stamp = getattr(frame, "timestamp", None)
    return _stamp(stamp) if isinstance(stamp, str) and not isinstance(frame, UnknownFrame) else None


# --- WAV files


def _wires_of_wav(content: bytes, name: str) -> Iterator[Wire]:
    """The first channel is the caller, the second the agent, in frames of 20 ms."""
    channels, rate = read_channels(content, name=name)
    if len(channels) > 2:
        raise UserError(
            f"{name} has {len(channels)} channels", remedy="give one with the caller left and the agent right, or mono"
        )
    format_ = PCM16K if rate == PCM16K.rate else PCM24K
    sides = [_resampled(channel, rate, format_.rate) for channel in channels]
    yield _wire(0.0, "in", encode_metadata(AudioMetadata("imported", "PCM", format_.rate, 1, format_.frame_bytes)))
    for start in range(0, max(len(side) for side in sides), format_.frame_bytes):
        at_ms = format_.ms(start)
        pieces = [base64.b64encode(side[start : start + format_.frame_bytes]) for side in sides]
        if len(sides) == 2 and pieces[1] and any(sides[1][start : start + format_.frame_bytes]):
            yield _wire(at_ms, "out", encode_audio(pieces[1]))
        if pieces[0]:  # a caller's frame comes when it is over
            yield _wire(at_ms + _FRAME_MS, "in", encode_caller_audio(AudioData(pieces[0], None, "imported")))


def _resampled(pcm: bytes, rate: int, wanted: int) -> bytes:
    if rate == wanted:
        return pcm
    resampler = Resampler(rate, wanted)
    return resampler.push(pcm) + resampler.flush()


def _wire(at_ms: float, direction: Direction, frame: bytes) -> Wire:
    return Wire(at_ms, "media", direction, frame, len(frame))


# --- both


def _framed(wires: Iterable[Wire], now: float) -> list[Record]:
    """With the notes that any call begins and ends with."""
    wires = sorted(wires, key=lambda wire: wire.at_ms)
    last = wires[-1].at_ms if wires else 0.0
    counts = [sum(wire.direction == direction for wire in wires) for direction in ("in", "out")]
    began = CallBeganNoted("imported", "", "", PhoneNumber(""), PhoneNumber(""), now)
    return [
        _note(0.0, began),
        *(_note(0.0, PhaseNoted(phase)) for phase in ("answered", "media_open")),
        *wires,
        _note(last + _FRAME_MS, CallEndedNoted("completed", "end_of_recording", counts[0], counts[1], 0)),
    ]


def _note(at_ms: float, note: Note) -> NoteRecord:
    return NoteRecord(at_ms, type(note).__name__, field_values(note))
